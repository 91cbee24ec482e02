# shellcheck shell=bash
# Completion of metervault for bash: commands, their parts, options, and the numbers of accounts and meters that the
# server knows. To be sourced, or put into /etc/bash_completion.d.

# What the help calls the word after a part: PAN, NUMBER, FILE; one line for each usage of it.
_metervault_place() { # COMMAND PART
    metervault "$1" --help 2>/dev/null | awk -v command="$1" -v part="$2" '
        $1 == "Usage:" { $1 = "" ; $0 = $0 }
        $1 == "metervault" && $2 == command {
            count = split($3, names, "|")
            for (i = 1; i <= count; i++) if (names[i] == part) print $4
        }'
}

# The settings that say which server to ask, as they stand on the line.
_metervault_settings() {
    local i
    for ((i = 1; i + 1 < COMP_CWORD; i++)); do
        case ${COMP_WORDS[i]} in
        --config | --server | --ca-file | --certificate-file | --key-file) printf '%s\n' "${COMP_WORDS[i]}" "${COMP_WORDS[i + 1]}" ;;
        esac
    done
}

_metervault_numbers() { # account|meter TYPED
    local settings
    mapfile -t settings < <(_metervault_settings)
    metervault complete "${settings[@]}" "$1" "$2" 2>/dev/null
}

_metervault() {
    local typed=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]:-} part='' words='' options
    if [ "$COMP_CWORD" -gt 2 ] && [[ ${COMP_WORDS[2]} != -* ]]; then
        part=${COMP_WORDS[2]}
    fi
    if [ "$COMP_CWORD" -eq 1 ]; then
        words=$(metervault complete words 2>/dev/null)
        [[ $typed != -* ]] || words='--help --version'
    else
        options=$(metervault complete words "$command" ${part:+"$part"} 2>/dev/null)
        case $options in
        '' | --*) ;;
        *) # the command has parts, and none was named yet
            words=$options
            [[ $typed != -* ]] || words=$(metervault complete words complete 2>/dev/null)
            ;;
        esac
        if [ "$before" = --meter ] || [ "$before" = --account ]; then
            words=$(_metervault_numbers "${before#--}" "$typed")
        elif grep -qxe "$before=" <<<"$options"; then
            return # files, as ever
        elif [[ $typed == -* ]]; then
            words=${words:-$options}
        elif [ "$COMP_CWORD" -gt 2 ] && [ -n "$part" ]; then
            case $command:$(_metervault_place "$command" "$part" | sort -u) in
            *PAN*) words=$(_metervault_numbers meter "$typed") ;;
            account:*NUMBER*) words=$(_metervault_numbers account "$typed") ;;
            esac
        fi
    fi
    mapfile -t COMPREPLY < <(compgen -W "${words//=/}" -- "$typed")
}

complete -o default -F _metervault metervault
