# shellcheck shell=bash
# our_files PATTERN...: the files of the project, sorted, from the top folder: not what is built or fetched.
our_files() {
    local pattern
    for pattern in "$@"; do
        find . \( -path './build*' -o -name node_modules -o -name .git \) -prune -o -type f -name "$pattern" -print
    done | sort
}
