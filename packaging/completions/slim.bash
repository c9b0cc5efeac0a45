# SPDX-License-Identifier: Apache-2.0
# Completion of slim-verify, slim-measure and slim-plot for bash, from their own --help.

_slim() {
  local program=${COMP_WORDS[0]} word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  local command=
  ((COMP_CWORD > 1)) && [[ ${COMP_WORDS[1]} != -* ]] && command=${COMP_WORDS[1]}
  local help type
  help=$("$program" ${command:+"$command"} --help 2>/dev/null) || return
  # "  --effort TEXT:{quick,standard}=standard": what follows the option of this value
  type=$(sed -nE "s/^ +(-[a-z],)?$before ([A-Z][^ ]*).*/\2/p" <<<"$help" | head -n 1)
  [[ $before == -* ]] || type=
  local words=
  case $before:$type in
    --subject:*) words="all $(slim-verify subjects 2>/dev/null | cut -d' ' -f1)" ;;
    --law:*) words=$(slim-verify laws 2>/dev/null | grep -oE '^[a-z][^ ]*') ;;
    --scalar:*) words='float32 float64 digits50 float16 bfloat16' ;;
    *:*\{*\}*) words=$(sed -E 's/.*\{(.*)\}.*/\1/; y/,/ /' <<<"$type") ;;
    *:FILE* | *:FOLDER*) compopt -o default; return ;;
    *:?*) return ;;  # a number or free text
    *)
      if [[ $word == -* ]]; then
        words=$(grep -oE '^  (-[a-z],)?--[a-z][a-z0-9-]*' <<<"$help" | grep -oE -- '--.*')
      elif [[ -z $command ]]; then
        words=$(sed -nE '/^Subcommands:/,/^$/s/^  ([a-z-]+) .*/\1/p' <<<"$help")
      else
        compopt -o default
      fi
      ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$word")
}
complete -F _slim slim-verify slim-measure slim-plot
