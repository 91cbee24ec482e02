# shellcheck shell=bash
# Completion of metervault for bash: commands, their parts, options, and the numbers of accounts and meters that the
# server knows. To be sourced, or put into /etc/bash_completion.d.

# What the program's own help names, so that nothing is listed twice.
_metervault_words() { # COMMAND...
    metervault "$@" --help 2>/dev/null
}

_metervault() {
    local typed=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]:-} words=''
    if [ "$COMP_CWORD" -eq 1 ]; then
        words=$(_metervault_words | awk '/^Commands:/ { on = 1; next } /^$/ { on = 0 } on { print $1 }')
    elif [ "$before" = --meter ] || [ "$before" = --account ]; then
        words=$(metervault complete "${before#--}" "$typed" 2>/dev/null)
    elif [ "$before" = --config ] || [[ $before == *-file ]]; then
        return # files, as ever
    elif [[ $typed == -* ]]; then
        words=$({ _metervault_words "$command" && _metervault_words; } | grep -oE -- '--[a-z][a-z-]+' | sort -u)
    elif [ "$COMP_CWORD" -eq 2 ]; then
        words=$(_metervault_words "$command" | awk -v command="$command" '
            /^(Usage:|       ) *metervault/ { for (i = 1; i < NF; i++) if ($i == command) print $(i + 1) }' |
            tr '|' '\n' | grep -E '^[a-z-]+$')
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$typed")
}

complete -o default -F _metervault metervault
