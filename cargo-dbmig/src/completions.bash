# `cargo dbmig ..` is completed by the function above, everything else as before.
if [[ -z ${_cargo_before_dbmig+set} ]]; then
    declare -F _completion_loader >/dev/null && ! complete -p cargo &>/dev/null && _completion_loader cargo
    _cargo_before_dbmig=$(complete -p cargo 2>/dev/null)
    _cargo_before_dbmig=${_cargo_before_dbmig##* -F }
    _cargo_before_dbmig=${_cargo_before_dbmig%% *}
fi

_cargo_with_dbmig() {
    if [[ ${COMP_WORDS[1]} == dbmig && $COMP_CWORD -gt 1 ]]; then
        local words=("${COMP_WORDS[@]:2}") word=$((COMP_CWORD - 1))
        local COMP_WORDS=(cargo-dbmig "${words[@]}") COMP_CWORD=$word
        _cargo_dbmig cargo-dbmig "$2" "$3"
    elif [[ -n $_cargo_before_dbmig ]]; then
        "$_cargo_before_dbmig" "$@"
    fi
}

complete -F _cargo_with_dbmig -o bashdefault -o default cargo
complete -F _cargo_dbmig -o bashdefault -o default cargo-dbmig
