#!/bin/sh
# Check a hand-over with stock tools, check by check, as `optout evidence audit` does (all but `findings`).
#
#   sh verify.sh [--head HEX] [--key SHA256:...] [--tsa-root ROOT.pem] [FOLDER]
#
# FOLDER is the unpacked hand-over, by default where this file lies. Head, key and root have to come from
# elsewhere: with the evidence they prove nothing. The same goes for this file: read it, or take the one of
# the project. Exit code: 0 all holds, 4 something could not be checked, 6 something fails, 2 usage.
set -u
LC_ALL=C
export LC_ALL
umask 077
usage() { echo "usage: sh verify.sh [--head HEX] [--key SHA256:...] [--tsa-root ROOT.pem] [FOLDER]" >&2; exit 2; }

told_head='' told_keys='' roots='' folder=$(dirname -- "$0")
while [ $# -gt 0 ]; do
    case $1 in
        --head | --key | --tsa-root) [ $# -gt 1 ] || usage ;;
        -*) usage ;;
        *) [ $# -eq 1 ] || usage ;;
    esac
    case $1 in
        --head) told_head=$(printf %s "$2" | tr A-F a-f); shift ;;
        --key) told_keys="$told_keys $2"; shift ;;
        --tsa-root) roots=$2; shift ;;
        *) folder=$1 ;;
    esac
    shift
done
[ -z "$roots" ] || [ -f "$roots" ] || { echo "verify.sh: $roots is no file" >&2; exit 2; }
[ -d "$folder" ] || { echo "verify.sh: $folder is no folder" >&2; exit 2; }
case $roots in '' | /*) ;; *) roots=$PWD/$roots ;; esac
if command -v sha256sum >/dev/null; then summing=sha256sum
elif command -v shasum >/dev/null; then summing='shasum -a 256'
else echo "verify.sh: neither sha256sum nor shasum is here" >&2; exit 4; fi
cd -- "$folder" || exit 2
work=$(mktemp -d) || exit 4
trap 'rm -rf "$work"' EXIT
trap 'exit 130' HUP INT TERM

CHECKS='bag sequence genesis link files unlisted signature timestamp time known-head known-key'
for check in $CHECKS; do : >"$work/$check.no"; : >"$work/$check.unsure"; done
fail() { printf '%s\n' "$2" >>"$work/$1.no"; }
unsure() { printf '%s\n' "$2" >>"$work/$1.unsure"; }
plain() { [ -f "$1" ] && [ ! -L "$1" ]; }
digest() { $summing <"$1" | cut -c1-64; }
digests() { [ ! -s "$1" ] || xargs $summing -- <"$1" 2>/dev/null; } # of a list of names that hold no odd sign
text() { tr '\000\200-\377' '?' <"$1"; }
all() { while IFS= read -r found; do fail "$1" "$2$found$3"; done; }
LINE='[0-9a-f]{64}  [A-Za-z0-9._/-]+'
RUN='[0-9]{6,}_[0-9]{8}T[0-9]{6}Z'
NOWHERE='(^|/)\.?\.?(/|$)'
LINK="^.{66}\.\./$RUN/SHA256SUMS[A-Za-z0-9._-]*\$"
NO_PLACE='^.{66}\.?\.?(/|$)|/\.?\.?(/|$)|^.{66}SHA256SUMS'

# --- bag: the manifests match, and no other file
manifest() { # name, what its paths have to be, where to put the names
    : >"$3"
    if ! plain "$1"; then fail bag "$1 is missing"; return; fi
    text "$1" >"$work/text"
    [ "$(tail -c 1 "$1" | wc -l)" -eq 1 ] || fail bag "$1 does not end with a line feed"
    grep -vE "^[0-9a-f]{64}  $2\$" "$work/text" | all bag "a line of $1 is not one that a hand-over has: " ''
    grep -E "^[0-9a-f]{64}  $2\$" "$work/text" >"$work/lines"
    cut -c67- "$work/lines" >"$work/named"
    grep -E "$NOWHERE" "$work/named" | all bag "$1 names " ''
    grep -vE "$NOWHERE" "$work/named" >"$3"
    sort -c -u "$3" 2>/dev/null || fail bag "$1 is out of order"
    sort -u "$3" >"$work/sorted"; cp "$work/sorted" "$3"
    comm -12 "$3" "$work/there" >"$work/both"
    comm -23 "$3" "$work/there" | all bag '' ' is missing'
    digests "$work/both" | sort >"$work/got"
    sort "$work/lines" | comm -23 - "$work/got" | cut -c67- | sort | comm -12 - "$work/both" |
        all bag '' " is not as $1 has it"
}
plain bagit.txt && printf 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n' | cmp -s - bagit.txt ||
    fail bag 'bagit.txt does not declare a bag'
[ ! -L data ] || fail bag 'data is a symbolic link'
for name in * .*; do plain "$name" && printf '%s\n' "$name"; done | sort >"$work/there"
manifest tagmanifest-sha256.txt '[A-Za-z0-9._-]+' "$work/tags"
for name in * .*; do
    case $name in . | .. | data | tagmanifest-sha256.txt) ;; *) [ -e "$name" ] || [ -L "$name" ] && printf '%s\n' "$name" ;; esac
done | sort | comm -23 - "$work/tags" | all bag '' ' is in no manifest'
find data -type f 2>/dev/null | sort >"$work/there"
single='store\.json|report\.en\.html|rapport\.fr\.html|ledger\.csv|handover\.json|missing\.txt'
manifest manifest-sha256.txt "data/($single|(keys|runs)/[A-Za-z0-9._/-]+)" "$work/payload"
find data ! -type d 2>/dev/null | sort | comm -23 - "$work/payload" | all bag '' ' is in no manifest'

# --- one run after another
leap() { [ $(($1 % 4)) -eq 0 ] && { [ $(($1 % 100)) -ne 0 ] || [ $(($1 % 400)) -eq 0 ]; }; }
epoch() { # 20261123T081542Z; nothing if there is no such time
    y=${1%????T*} rest=${1#????} m=${1#????} d=${1#??????} h=${1#*T} i=${1#*T??} s=${1#*T????}
    m=${m%??T*} d=${d%T*} h=${h%????Z} i=${i%??Z} s=${s%Z}
    y=${y#"${y%%[!0]*}"} m=${m#0} d=${d#0} h=${h#0} i=${i#0} s=${s#0}
    case $m in 2) if leap "${y:-0}"; then last=29; else last=28; fi ;; 4 | 6 | 9 | 11) last=30 ;; *) last=31 ;; esac
    [ "${y:-0}" -ge 1 ] && [ "$m" -ge 1 ] && [ "$m" -le 12 ] && [ "$d" -ge 1 ] && [ "$d" -le "$last" ] &&
        [ "$h" -le 23 ] && [ "$i" -le 59 ] && [ "$s" -le 59 ] || return 0
    [ "$m" -gt 2 ] || y=$((y - 1))
    of_era=$((y % 400)) of_year=$(((153 * ((m + 9) % 12) + 2) / 5 + d - 1))
    days=$((y / 400 * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468))
    echo $((days * 86400 + h * 3600 + i * 60 + s))
}
listing() { # the checksum lines of a run, parted into its own files and the seals before it
    for each in own links seals names; do : >"$work/$each"; done
    for seal in SHA256SUMS*; do
        plain "$seal" && printf '%s  ../%s/%s\n' "$(digest "$seal")" "$run" "$seal"
    done | sort >"$work/seals"
    plain SHA256SUMS || { fail files "$run: SHA256SUMS is missing or cannot be read"; return 1; }
    text SHA256SUMS >"$work/text"
    [ ! -s SHA256SUMS ] || [ "$(tail -c 1 SHA256SUMS | wc -l)" -eq 1 ] ||
        fail files "$run: SHA256SUMS does not end with a line feed"
    ! grep -qvE "^$LINE\$" "$work/text" || fail files "$run: SHA256SUMS has a line that is no checksum line"
    grep -E "^$LINE\$" "$work/text" >"$work/lines"
    grep -E "$LINK" "$work/lines" >"$work/links"
    grep -vE "$LINK" "$work/lines" >"$work/rest"
    grep -E "$NO_PLACE" "$work/rest" | cut -c67- | all unlisted "$run: SHA256SUMS names " ', no place in a run'
    grep -vE "$NO_PLACE" "$work/rest" >"$work/own"
    cut -c67- "$work/own" >"$work/names"
    last_own=$(grep -nvE "$NO_PLACE" "$work/lines" | tail -n 1 | cut -d: -f1)
    first_link=$(grep -nE "$LINK" "$work/lines" | head -n 1 | cut -d: -f1)
    sort -c -u "$work/names" 2>/dev/null && cut -c67- "$work/links" | sort -c -u 2>/dev/null &&
        [ "${last_own:-0}" -lt "${first_link:-99999999}" ] || fail files "$run: SHA256SUMS is out of order"
    sort -u "$work/names" >"$work/listed"
    grep -qx 'run\.json' "$work/listed" || fail files "$run: SHA256SUMS does not list run.json"
}
contents() { # what lies in a run, against what it lists
    find . ! -type d ! -type f | cut -c3- | all unlisted "$run: " ' is no ordinary file'
    find . -type f | cut -c3- | sort >"$work/there"
    comm -13 "$work/listed" "$work/there" | grep -vxE 'SHA256SUMS(\.sshsig|\.[A-Za-z0-9-]+\.tsr)?' |
        all unlisted "$run: " ' is not listed'
    : >"$work/parents"; cp "$work/listed" "$work/level"
    while grep / "$work/level" >"$work/deeper"; do
        sed 's|/[^/]*$||' "$work/deeper" | sort -u >"$work/level"; cat "$work/level" >>"$work/parents"
    done
    sort -u "$work/parents" >"$work/level"
    find . -type d | cut -c3- | grep . | sort | comm -23 - "$work/level" |
        all unlisted "$run: " ' is an empty folder, or one that nothing listed lies in'
    comm -12 "$work/listed" "$work/there" >"$work/both"
    comm -23 "$work/listed" "$work/there" >"$work/gone"
    while IFS= read -r name; do
        grep -E "^.{66}$(printf %s "$name" | sed 's/\./\\./g')\$" "$work/own" | sed "s|  |  $run/|"
    done <"$work/gone" >>"$work/absent"
    digests "$work/both" | sort >"$work/got"
    cut -c67- "$work/got" | sort | comm -23 "$work/both" - >"$work/unread"
    while IFS= read -r name; do unsure files "$run: $name cannot be read"; done <"$work/unread"
    sort "$work/own" | comm -23 - "$work/got" | cut -c67- | sort -u | comm -12 - "$work/both" |
        comm -23 - "$work/unread" | all files "$run: " ' is not as recorded'
    files=$((files + $(sort "$work/own" | comm -12 - "$work/got" | wc -l)))
}
sequence() { # number, name, time of sealing and store agree
    number=${run%%_*}; number=${number#"${number%%[!0]*}"}; number=${number:-0}
    if [ "$number" -eq "$before" ]; then fail sequence "$run: its number is that of $previous"
    elif [ "$number" -ne $((before + 1)) ]; then fail sequence "$run: another run should stand here"; fi
    before=$number kind='' key='' asked='' sealed=''
    : >"$work/run"
    ! grep -qx 'run\.json' "$work/listed" || ! plain run.json || text run.json >"$work/run"
    if [ "$(sed -n '1p;2p' "$work/run")" != "$(printf '{\n  "schema": "optout.run/1",')" ]; then
        unsure sequence "$run: run.json cannot be understood"
        return
    fi
    kind=$(sed -n '5s/^  "kind": "\([a-z]*\)",$/\1/p' "$work/run")
    key=$(sed -n 's/^    "key": "\(SHA256:[A-Za-z0-9+/]*\)",$/\1/p' "$work/run")
    asked=$(grep -c '^    "stamps_asked": \[$' "$work/run")
    sealed=$(sed -n 's/^  "sealed": "\(....\)-\(..\)-\(..T..\):\(..\):\(..Z\)",$/\1\2\3\4\5/p' "$work/run")
    [ "$(sed -n 4p "$work/run")" = "  \"number\": $number," ] || fail sequence "$run: run.json gives another number"
    { [ "$sealed" = "${run#*_}" ] && [ -n "$(epoch "$sealed")" ]; } ||
        fail sequence "$run: run.json gives another time of sealing"
    [ -z "$store" ] || [ "$(sed -n 3p "$work/run")" = "  \"store\": \"$store\"," ] ||
        fail sequence "$run: it belongs to another store"
}
chain() { # it lists exactly the seals of the run before it
    if [ -z "$previous" ]; then
        [ ! -s "$work/links" ] || fail genesis "$run: the first run that is here continues another"
    elif ! sort -u "$work/links" | cmp -s - "$work/seals_before"; then
        fail link "$run: does not continue $previous with the seals that it has"
    fi
    cp "$work/seals" "$work/seals_before"
    [ -z "$told_head" ] || ! grep -qx "$told_head  \.\./$run/SHA256SUMS" "$work/seals" || head_in=$run
}
signature() { # a later one covers a run without; the first key, and those that it vouched for
    if ! plain SHA256SUMS.sshsig; then
        [ -z "$key" ] || any_signature=yes
        unsigned="$unsigned $run"
        return
    fi
    any_signature=yes
    plain SHA256SUMS || { fail signature "$run: its signature is for checksums that are missing"; return; }
    if ! command -v ssh-keygen >/dev/null; then unsure signature "$run: ssh-keygen is not here"; return; fi
    said=$(ssh-keygen -Y check-novalidate -n optout-evidence -s SHA256SUMS.sshsig <SHA256SUMS 2>&1)
    signer=$(printf %s "$said" |
        sed -n 's|^Good "optout-evidence" signature with ED25519 key \(SHA256:[A-Za-z0-9+/]*\)$|\1|p')
    case $said in *"nknown option"* | *"llegal option"*) unsure signature "$run: this ssh-keygen is too old"; return ;; esac
    if [ -z "$signer" ]; then fail signature "$run: its signature does not fit"; return; fi
    [ -n "$first_key" ] || { first_key=$signer; vouched="$signer $told_keys"; }
    if [ -s "$work/run" ] && [ "$signer" != "$key" ]; then
        fail signature "$run: it is signed by another key than the one that it names"
        return
    fi
    case " $vouched " in
        *" $signer "*) unsigned='' ;;
        *) fail signature "$run: it is signed by $signer, not vouched for by an earlier key"; return ;;
    esac
    if [ "$kind" = key ] && grep -qx 'key\.json' "$work/listed" && plain key.json; then
        vouched="$vouched $(text key.json | sed -n 's|.*"new": "\(SHA256:[A-Za-z0-9+/]*\)".*|\1|p')"
    fi
}
month() { case $1 in Jan) echo 01 ;; Feb) echo 02 ;; Mar) echo 03 ;; Apr) echo 04 ;; May) echo 05 ;; Jun) echo 06 ;;
    Jul) echo 07 ;; Aug) echo 08 ;; Sep) echo 09 ;; Oct) echo 10 ;; Nov) echo 11 ;; Dec) echo 12 ;; esac; }
stamps() { # each for these checksums, from the root that was given, within 10 minutes, never backwards
    tokens=0
    for token in SHA256SUMS.*.tsr; do ! plain "$token" || tokens=$((tokens + 1)); done
    [ "$asked" != 1 ] && [ "$tokens" -eq 0 ] || any_stamp=yes
    if [ "$tokens" -eq 0 ]; then unstamped="$unstamped $run"; return; fi
    if [ "$tokens" -gt 8 ]; then fail timestamp "$run: it has $tokens time stamps"; return; fi
    if [ -z "$roots" ]; then stamped=$((stamped + 1)); return; fi
    plain SHA256SUMS || { fail timestamp "$run: its stamp is for checksums that are missing"; return; }
    if ! command -v openssl >/dev/null; then unsure timestamp "$run: openssl is not here"; return; fi
    for token in SHA256SUMS.*.tsr; do
        plain "$token" || continue
        openssl ts -reply -in "$token" -text 2>/dev/null | text /dev/stdin >"$work/token"
        told=$(sed -n 's/^Time stamp: \([A-Z][a-z][a-z]\) *\([0-9]*\) \(..\):\(..\):\(..\)[.0-9]* \(....\) GMT$/\6 \1 \2 \3\4\5/p' "$work/token")
        if [ -z "$told" ]; then fail timestamp "$run: its stamp cannot be understood"; continue; fi
        # shellcheck disable=SC2086 # four words
        set -- $told
        moment=$(epoch "$1$(month "$2")$(printf %02d "$3")T${4}Z")
        if ! openssl ts -verify -data SHA256SUMS -in "$token" -CAfile "$roots" -attime "${moment:-0}" >/dev/null 2>&1; then
            fail timestamp "$run: its stamp is for other checksums, or not from the root that was given"
            continue
        fi
        unstamped='' stamped=$((stamped + 1))
        since=$(epoch "${sealed:-x}" 2>/dev/null)
        if [ -z "$since" ]; then unsure time "$run: run.json does not say when it was sealed"
        elif [ $((moment - since)) -gt 600 ] || [ $((since - moment)) -gt 600 ]; then
            fail time "$run: its stamp is more than 10 minutes from its sealing"; fi
        [ -z "$last_stamp" ] || [ "$moment" -ge "$last_stamp" ] || fail time "$run: its stamp is older than one before"
        last_stamp=$moment
    done
}

runs=0 files=0 before=0 previous='' head_in='' first_key='' vouched='' unsigned='' unstamped='' stamped=0
any_signature='' any_stamp=${roots:+yes} last_stamp='' first='' store=''
: >"$work/absent"; : >"$work/absent_before"; : >"$work/seals_before"; : >"$work/pruned"; : >"$work/names_of_runs"
if plain data/store.json; then
    store=$(text data/store.json | sed -n 's/.*"store": "\([0-9a-f]\{32\}\)".*/\1/p')
    text data/store.json | grep -q '"format": "1"' || store=''
fi
[ ! -L data/runs ] || fail unlisted 'runs is a symbolic link'
ls -A data/runs >"$work/in_runs" 2>/dev/null
while IFS= read -r name; do
    if [ ! -d "data/runs/$name" ] || [ -L "data/runs/$name" ]; then fail unlisted "runs/$name is no run"
    elif printf '%s\n' "$name" | grep -qxE "$RUN"; then printf '%s\n' "$name" >>"$work/names_of_runs"
    elif ! printf '%s\n' "$name" | grep -qxE '\.tmp-[0-9a-f]{1,64}'; then fail unlisted "runs/$name is no run"; fi
done <"$work/in_runs"
sort -t_ -k1,1n -k2 "$work/names_of_runs" >"$work/in_order"
while IFS= read -r run; do
    cd "data/runs/$run" || exit 4
    : >"$work/listed"
    ! listing || contents
    sequence
    chain
    signature
    stamps
    if [ "$kind" = prune ] && grep -qx 'pruned\.json' "$work/listed" && plain pruned.json; then
        text pruned.json | sed -n 's|^    "\([0-9]*_[0-9TZ]*/[^"]*\)": "\([0-9a-f]*\)",\{0,1\}$|\2  \1|p' >"$work/told"
        # A prune speaks of runs before it, and never of readings, records or seals.
        grep -E '^.{66}[^/]*/(.*\.png|(.*/)?(card\.html|[^/]*\.aria\.yaml|network\.json))$' "$work/told" |
            grep -vE "^.{66}$run/" | sort | comm -12 - "$work/absent_before" >>"$work/pruned"
    fi
    sort "$work/absent" >"$work/absent_before"
    [ -n "$first" ] || first=$run
    previous=$run runs=$((runs + 1))
    cd ../../.. || exit 4
done <"$work/in_order"

if [ "$runs" -eq 0 ]; then
    for check in sequence genesis link files unlisted; do unsure "$check" 'there is no evidence here'; done
elif [ -z "$store" ]; then fail sequence 'store.json is missing or cannot be understood'; fi

# --- absent files: pruned by a sealed run, or withheld as missing.txt says
withheld='' count_withheld=0
if plain data/handover.json; then
    text data/handover.json | tr -d ' \n' >"$work/handover"
    ! grep -q '"withheld":\[[^]]*"identity"' "$work/handover" || withheld='account\.json|.*\.full\.png'
    ! grep -q '"withheld":\[[^]]*"pictures"' "$work/handover" || withheld="${withheld:+$withheld|}.*\.png"
fi
sort -u "$work/pruned" >"$work/declared"
count_pruned=$(wc -l <"$work/declared")
sort "$work/absent" | comm -23 - "$work/declared" | cut -c67- >"$work/undeclared"
while IFS= read -r path; do
    if plain data/missing.txt && [ -n "$withheld" ] && printf '%s\n' "${path#*/}" | grep -qxE "$withheld"; then
        count_withheld=$((count_withheld + 1))
    else fail files "$path is missing"; fi
done <"$work/undeclared"
if plain data/missing.txt; then
    cut -c67- "$work/absent" | sort | cmp -s - data/missing.txt ||
        fail files 'missing.txt does not name exactly the files that are absent'
fi

# --- what is said in the end
say_if_asked() { # check, whether it was asked for, what to say if not, what it means if it holds
    if [ -s "$work/$1.no" ]; then result=NO
    elif [ -z "$2" ]; then result=-
    elif [ -s "$work/$1.unsure" ]; then result='?'
    else result=ok; fi
    case $result in
        NO) from=$work/$1.no worst=6 ;;
        '?') from=$work/$1.unsure; [ "$worst" -ne 0 ] || worst=4 ;;
        -) printf '%s\n' "$3" >"$work/said"; from=$work/said ;;
        ok) printf '%s\n' "$4" >"$work/said"; from=$work/said ;;
    esac
    more=$(($(wc -l <"$from") - 3))
    head -n 3 "$from" | tr -c '[:print:]\n' '?' | paste -s -d ';' - | sed 's/;/; /g' >"$work/sentence"
    printf '%-2s %-11s %s%s\n' "$result" "$1" "$(cat "$work/sentence")" "$([ "$more" -lt 1 ] || echo "; and $more more")"
}
[ -z "$any_signature" ] || [ -z "$unsigned" ] || unsure signature "the newest runs are not signed:$unsigned"
if [ -n "$any_stamp" ]; then
    if [ -z "$roots" ] && [ "$stamped" -gt 0 ]; then unsure timestamp "$stamped with a time stamp, no root given (--tsa-root)"
    elif [ -n "$unstamped" ]; then unsure timestamp "the newest runs are not time-stamped:$unstamped"; fi
    [ -n "$last_stamp" ] || unsure time 'there is no time stamp that could be trusted'
fi
[ -z "$told_head" ] || [ -n "$head_in" ] || fail known-head 'the head that was given is not in the chain'
if [ -n "$told_keys" ] && [ -z "$first_key" ] && [ -s "$work/signature.unsure" ]; then
    unsure known-key 'no signature could be checked'
elif [ -n "$told_keys" ]; then
    case " $told_keys " in
        *" ${first_key:-none} "*) ;;
        *) fail known-key "the first key is ${first_key:-none}, which was not told" ;;
    esac
fi
words="$files files as recorded"
[ "$count_pruned" -eq 0 ] || words="$words; $count_pruned pruned and declared"
[ "$count_withheld" -eq 0 ] || words="$words; $count_withheld withheld, as missing.txt says"
worst=0
say_if_asked bag yes '' 'every file as the manifests have it, and no other'
say_if_asked sequence yes '' "$runs runs of this store, numbered without a gap"
say_if_asked genesis yes '' 'the first run continues none'
say_if_asked link yes '' 'each run lists exactly the seals of the run before it'
say_if_asked files yes '' "$words"
say_if_asked unlisted yes '' 'nothing else lies in the runs'
say_if_asked signature "$any_signature" 'no run is signed' "signed by $first_key"
say_if_asked timestamp "$any_stamp" 'no run is time-stamped' "$stamped time stamps, from the root that was given"
say_if_asked time "$any_stamp" 'no run is time-stamped' 'each stamp within 10 minutes of its sealing, none older than one before'
say_if_asked known-head "$told_head" 'no head was given (--head)' "it is the head of $head_in"
say_if_asked known-key "$told_keys" 'no fingerprint of a key was given (--key)' "the first key is $first_key"
echo
echo "runs $runs, from ${first:-none} to ${previous:-none}"
[ ! -s "$work/seals_before" ] || echo "head $(grep '/SHA256SUMS$' "$work/seals_before" | cut -c1-64)"
exit "$worst"
