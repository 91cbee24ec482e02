#!/bin/bash
# Acts of metervault-keys under a quorum policy, with one, two and three officers: what is approved is done once, and
# everything else is refused by its name.
# usage: quorum.sh METERVAULT-KEYS
set -u
here=$(cd "$(dirname "$0")" && pwd)
program=$1 number=0
# shellcheck source=tests/support/keys.sh
. "$here/../../support/keys.sh"

# propose ARGUMENTS...: the text of the act is in $act.
propose() {
    number=$((number + 1))
    act="$dir/$number.act"
    expect "propose $1" 0 'metervault-act 1' propose "$@" --out "$act"
}

# approve NAME...: one approval of $act for each, in `by`.
approve() {
    local name
    by=()
    for name in "$@"; do
        rm -f "$act.$name"
        expect "approve by $name" 0 "approved by $name" approve "$act" --officer "$name" --key "$dir/$name.key" \
            --officer-certificate "$dir/$name.pem"
        by+=(--approval "$act.$name")
    done
}

# done_by "NAMES" TEXT ARGUMENTS...: proposed, approved and done.
done_by() {
    local names=$1 text=$2
    shift 2
    propose "$@"
    # shellcheck disable=SC2086 # the names are words
    approve $names
    expect "$1 by $names" 0 "$text" "$@" "${by[@]}"
}

# forge NAME TEXT FILE: an approval as anybody can put it together; openssl signs.
forge() {
    {
        cat "$2" "$dir/$1.pem"
        echo '-----BEGIN METERVAULT ACT SIGNATURE-----'
        openssl dgst -sha256 -sign "$dir/$1.key" "$2" | base64 -w 64
        echo '-----END METERVAULT ACT SIGNATURE-----'
    } >"$3"
}

# expires_in SECONDS: $act with another end, approved by ann and ben, in `by`.
expires_in() {
    sed "s/^expires .*/expires $(($(date +%s) + $1))/" "$act" >"$act.changed"
    forge ann "$act.changed" "$act.a"
    forge ben "$act.changed" "$act.b"
    by=(--approval "$act.a" --approval "$act.b")
}

generation() {
    keys --json list | python3 -c 'import json, sys; print(json.load(sys.stdin)["generation"])'
}

token_home
token_pins
for name in ann ben cas dan eve; do officer "$name"; done
officer ann ann2 P-384
officer dan dan2
key=(--use vending --sgc 123456)

# ---- init with several officers ----
shares=(--shares 2/3 --new-share-file "$dir/1.share" --new-share-file "$dir/2.share" --new-share-file "$dir/3.share")
init=(init --so-pin-file "$dir/so" "${shares[@]}")
ann=(--officer ann --officer-certificate "$dir/ann.pem")
ben=(--officer ben --officer-certificate "$dir/ben.pem")
cas=(--officer cas --officer-certificate "$dir/cas.pem")
expect 'a certificate is missing' 2 officer-certificate "${init[@]}" "${ann[@]}" --officer ben
expect 'more than there are' 2 quorum "${init[@]}" "${ann[@]}" "${ben[@]}" --quorum 3
expect 'one officer twice' 1 SAME_OFFICER "${init[@]}" "${ann[@]}" "${ben[@]}" "${ann[@]}"
expect 'an exchanged certificate' 1 'of another name' "${init[@]}" --officer ann --officer-certificate "$dir/ben.pem" \
    --officer ben --officer-certificate "$dir/ann.pem"
[ -z "$(ls -A "$dir/tokens")" ] || fail 'a refused init made a token'
expect 'init by two' 0 'every act needs the approvals of 2 officers' "${init[@]}" "${ann[@]}" "${ben[@]}" --quorum 2
for command in list verify check; do expect "$command names the policy" 0 'quorum policy: all=2' "$command"; done
expect 'list as JSON' 0 '"policy":{"all":{"needed":2}}' --json list

# ---- every act asks ----
asked() { # ARGUMENTS...: refused, and nothing was written or changed
    expect "alone: $1" 1 QUORUM_MISSING "$@"
    grep -qF "$1 needs the approvals of 2 officers" "$dir/out" || fail "alone: $1: $(cat "$dir/out")"
    [ ! -e "$dir/x" ] || fail "alone: $1 wrote a file"
}
start=$(generation)
meter=(--pan 600727000000000009 --sgc 123456 --krn 1 --kt 2 --ti 1 --base-date 2014 --ken 255 --ea 7)
holders=(--share-file "$dir/1.share" --share-file "$dir/2.share")
asked generate "${key[@]}" --krn 1
asked generate --use factory-kek --name acme --component-file "$dir/x" --component-file "$dir/y"
asked generate --use record-mac --domain A1B2C3
asked import "${key[@]}" --krn 1 --component-file "$dir/1.share" --component-file "$dir/2.share" --kcv 000000
asked export --sgc 123456 --krn 1 --accept-host-visible --out "$dir/x" "${holders[@]}" --kbpk-component-file "$dir/a" \
    --kbpk-component-file "$dir/b" --kbpk-kcv 000000
asked export-meter "${meter[@]}" --factory-key acme --out "$dir/x"
asked split --shares 2/2 --new-share-file "$dir/x" --new-share-file "$dir/y" "${holders[@]}"
asked combine "${holders[@]}"
asked backup --out "$dir/x"
asked replace --sgc 123456 --krn 1 --by 2
asked state --sgc 123456 --krn 1 --expired
asked officer-add --officer cas --officer-certificate "$dir/cas.pem"
asked officer-remove --officer ben
asked officer-replace --officer ben --officer-certificate "$dir/ben.pem"
asked policy --set all=1
asked rotate --use audit-sign
asked retire --label audit-sign/1
asked destroy --label audit-sign/1 --confirm audit-sign/1
same 'nothing was done' "$start" "$(generation)"

# ---- too few, the same officer, somebody else ----
expect 'nobody approved' 1 QUORUM_MISSING generate "${key[@]}" --krn 1
grep -qF 'generate needs the approvals of 2 officers, 0 were given' "$dir/out" || fail "how many: $(cat "$dir/out")"
propose generate "${key[@]}" --krn 1
first=$act
approve ann
expect 'one approved' 1 QUORUM_MISSING generate "${key[@]}" --krn 1 "${by[@]}"
expect 'one approved twice' 1 SAME_OFFICER generate "${key[@]}" --krn 1 "${by[@]}" "${by[@]}"
expect 'a second signature of the same officer' 0 'approved by ann' approve "$act" --officer ann --key "$dir/ann.key" \
    --officer-certificate "$dir/ann.pem" --out "$dir/again"
expect 'signed twice' 1 SAME_OFFICER generate "${key[@]}" --krn 1 "${by[@]}" --approval "$dir/again"
approve ann cas
expect 'a stranger approved' 1 OFFICER_UNKNOWN generate "${key[@]}" --krn 1 "${by[@]}"
expect 'the certificate of a colleague' 1 'of another name' approve "$act" --officer cas --key "$dir/cas.key" \
    --officer-certificate "$dir/ben.pem" --out "$dir/x"
expect 'the key of a colleague' 1 APPROVAL_INVALID approve "$act" --officer ben --key "$dir/cas.key" \
    --officer-certificate "$dir/ben.pem" --out "$dir/x"
[ ! -e "$dir/x" ] || fail 'a refused approval left a file'

# ---- another act ----
approve ann ben
expect 'another option' 1 APPROVAL_OTHER_ACT generate "${key[@]}" --krn 2 "${by[@]}"
grep -qF 'with another --krn' "$dir/out" || fail "which option: $(cat "$dir/out")"
expect 'one option more' 1 APPROVAL_OTHER_ACT generate "${key[@]}" --krn 1 --ken 9 "${by[@]}"
expect 'one option less' 1 APPROVAL_OTHER_ACT generate --use factory-kek --name acme --component-file "$dir/fa" \
    --component-file "$dir/fb" "${by[@]}"
expect 'another command' 1 APPROVAL_OTHER_ACT import "${key[@]}" --krn 1 --component-file "$dir/fa" --component-file \
    "$dir/fb" --kcv 000000 "${by[@]}"
expect 'propose for another token' 0 'token 0123456789abcdef' propose generate "${key[@]}" --krn 1 --serial 0123456789abcdef \
    --out "$dir/other.act"
act=$dir/other.act
approve ann ben
expect 'another token' 1 APPROVAL_OTHER_ACT generate "${key[@]}" --krn 1 "${by[@]}"
expect 'two proposals' 1 'two proposals' generate "${key[@]}" --krn 1 --approval "$first.ann" --approval "$act.ben"

# ---- altered ----
act=$first
for change in 's/krn 1/krn 3/' 's/^nonce ./nonce g/' 's/^expires .*/expires 99999999999/' 's/^token /token  /' \
    's/^metervault-act 1/metervault-act 2/' '/^option sgc/d' 's/SIGNATURE/SIGNED/' '/BEGIN CERT/,/END CERT/d'; do
    for name in ann ben; do sed "$change" "$first.$name" >"$dir/altered.$name"; done
    expect "altered by $change" 1 APPROVAL_ generate "${key[@]}" --krn 1 --approval "$dir/altered.ann" \
        --approval "$dir/altered.ben"
done
for name in ann ben; do sed 's/krn 1/krn 3/' "$first.$name" >"$dir/altered.$name"; done
expect 'the altered act itself' 1 'APPROVAL_INVALID' generate "${key[@]}" --krn 3 --approval "$dir/altered.ann" \
    --approval "$dir/altered.ben"
printf 'hello\n' >"$dir/hello"
expect 'no approval at all' 1 APPROVAL_INVALID generate "${key[@]}" --krn 1 --approval "$dir/hello" --approval "$first.ben"
expect 'no such file' 1 'No such file' generate "${key[@]}" --krn 1 --approval "$dir/none" --approval "$first.ben"
expect 'approve what is no proposal' 1 APPROVAL_INVALID approve "$dir/hello" --officer ann --key "$dir/ann.key" \
    --officer-certificate "$dir/ann.pem"
same 'nothing was changed' "$start" "$(generation)"

# ---- done, once ----
expect 'done' 0 vending/123456/1/2 generate "${key[@]}" --krn 1 --approval "$first.ben" --approval "$first.ann"
expect 'not twice' 1 APPROVAL_USED generate "${key[@]}" --krn 1 --approval "$first.ann" --approval "$first.ben"
done_by 'ann ben' vending/123456/2/2 generate --sgc 123456 --krn 2 --replaces 1 --use vending

# ---- expired approvals ----
state=(state --sgc 123456 --krn 1 --issued-until 2040-01-01)
expect 'hours' 2 hours propose "${state[@]}" --hours 721 --out "$dir/x"
propose "${state[@]}" --hours 720
expires_in -1
expect 'approve what expired' 1 APPROVAL_EXPIRED approve "$act.changed" --officer ann --key "$dir/ann.key" \
    --officer-certificate "$dir/ann.pem"
expect 'expired' 1 APPROVAL_EXPIRED "${state[@]}" "${by[@]}"
expires_in 2592100
expect 'too far ahead' 1 'more than 30 days' "${state[@]}" "${by[@]}"
expires_in 60
expect 'in time' 0 issued-until "${state[@]}" "${by[@]}"
propose "${state[@]}"
sed 's/ 2040-01-01$/ 2041-01-01/' "$act" >"$act.changed"
forge ann "$act" "$act.a"
forge ben "$act.changed" "$act.b"
expect 'each approved something else' 1 'two proposals' "${state[@]}" --approval "$act.a" --approval "$act.b"

# ---- a signature made elsewhere, as by a card ----
propose combine
openssl dgst -sha256 -sign "$dir/ben.key" -out "$dir/ben.sig" "$act"
expect 'a signature of another file' 1 APPROVAL_INVALID approve "$first" --officer ben --officer-certificate \
    "$dir/ben.pem" --signature "$dir/ben.sig" --out "$dir/x"
expect 'key or signature' 2 signature approve "$act" --officer ben --officer-certificate "$dir/ben.pem"
expect 'both' 2 signature approve "$act" --officer ben --officer-certificate "$dir/ben.pem" --key "$dir/ben.key" \
    --signature "$dir/ben.sig"
expect 'the signature' 0 'approved by ben' approve --act "$act" --officer ben --officer-certificate "$dir/ben.pem" \
    --signature "$dir/ben.sig"
cat "$dir/ann.key" "$dir/ann.pem" >"$dir/ann.both"
expect 'key and certificate in one file' 0 'approved by ann' approve "$act" --officer ann --key "$dir/ann.both"
expect 'the drill' 0 'this is the backup key' combine --share-file "$dir/1.share" --share-file "$dir/2.share" \
    --approval "$act.ann" --approval "$act.ben"
chmod 0644 "$dir/ann.key"
expect 'an open key file' 1 'mode 0600' approve "$first" --officer ann --key "$dir/ann.key" --officer-certificate \
    "$dir/ann.pem" --out "$dir/x"
chmod 0600 "$dir/ann.key"

# ---- what is approved says which key, and which bytes ----
import=(import "${key[@]}" --krn 3)
expect 'an import of any key is not proposed' 2 'kcv: is required' propose "${import[@]}" --out "$dir/x"
expect 'nor done' 2 'kcv: is required' "${import[@]}" --component-file "$dir/fa" --component-file "$dir/fb" "${by[@]}"
expect 'an export for anybody' 2 'kbpk-kcv: is required' propose export --sgc 123456 --krn 2 --out "$dir/x"
exchanged() { # OPTION FILE ARGUMENTS...: of $act, approved by two; then the file has another content
    local option=$1 file=$2
    shift 2
    grep -q "^option $option sha256:" "$act" || fail "$option is not in the act: $(cat "$act")"
    approve ann ben
    echo exchanged >>"$file"
    expect "$option: exchanged" 1 APPROVAL_OTHER_ACT "$@" "${by[@]}"
    grep -qF "with another --$option" "$dir/out" || fail "$option: $(cat "$dir/out")"
}
echo block >"$dir/a.block"
import+=(--tr31 "$dir/a.block" --accept-host-visible --kcv 000000 --kbpk-kcv 000000)
propose "${import[@]}"
exchanged tr31 "$dir/a.block" "${import[@]}" --kbpk-component-file "$dir/fa" --kbpk-component-file "$dir/fb"
printf 'pan\n600727000000000009\n' >"$dir/a.csv"
batch=(export-meter --batch "$dir/a.csv" "${meter[@]:2}" --factory-key acme --out-dir "$dir")
propose "${batch[@]}"
exchanged batch "$dir/a.csv" "${batch[@]}"
propose officer-add "${cas[@]}"
cp "$dir/cas.pem" "$dir/cas.keep"
approve ann ben
cp "$dir/dan.pem" "$dir/cas.pem"
expect 'an exchanged certificate' 1 'of another name' officer-add "${cas[@]}" "${by[@]}"
cp "$dir/cas.keep" "$dir/cas.pem"
mkfifo "$dir/pipe"
ln -s "$dir/cas.pem" "$dir/link"
expect 'a pipe gives each reader something else' 1 'not a regular file' officer-add --officer cas --officer-certificate \
    "$dir/pipe" "${by[@]}"
expect 'a link' 1 FILE_FAILED officer-add --officer cas --officer-certificate "$dir/link" "${by[@]}"
propose split --shares 2/2 --new-share-file "$dir/x" --new-share-file "$dir/y"
grep -qx 'option new-share-file 2' "$act" || fail "how many shares: $(cat "$act")"
approve ann ben
expect 'one share more' 1 APPROVAL_OTHER_ACT split --shares 2/3 --new-share-file "$dir/x" --new-share-file "$dir/y" \
    --new-share-file "$dir/z" "${holders[@]}" "${by[@]}"
grep -qF 'with another --new-share-file' "$dir/out" || fail "which option: $(cat "$dir/out")"

# ---- one key is one officer ----
openssl req -x509 -key "$dir/ann.key" -out "$dir/twin.pem" -days 2 -subj /CN=twin -addext \
    subjectAltName=URI:urn:metervault:principal:twin 2>/dev/null
openssl ec -in "$dir/ann.key" -conv_form compressed -out "$dir/short.key" 2>/dev/null
chmod 0600 "$dir/short.key"
openssl req -x509 -key "$dir/short.key" -out "$dir/short.pem" -days 2 -subj /CN=short -addext \
    subjectAltName=URI:urn:metervault:principal:short 2>/dev/null
for name in twin short; do
    propose officer-add --officer "$name" --officer-certificate "$dir/$name.pem"
    approve ann ben
    expect "the key of another officer: $name" 1 KEY_EXISTS officer-add --officer "$name" --officer-certificate "$dir/$name.pem" \
        "${by[@]}"
done
expect 'also at birth' 1 SAME_OFFICER "${init[@]}" "${ann[@]}" --officer twin --officer-certificate "$dir/twin.pem"

# ---- another name of the same act ----
done_by 'ann ben' 'state=1' policy --set state=1 --set retire=2 --set generate=1 --set rotate=2
done_by ann issued-until state --sgc 123456 --krn 1 --issued-until 2042-01-01
for end in --expired --compromised; do
    propose state --sgc 123456 --krn 1 "$end" --confirm vending/123456/1/2
    approve ann
    expect "$end is what retire does" 1 'needs the approvals of 2 officers' state --sgc 123456 --krn 1 "$end" --confirm \
        vending/123456/1/2 "${by[@]}"
done
done_by ann record-mac/A1B2C3/1 generate --use record-mac --domain A1B2C3
propose generate --use record-mac --domain A1B2C3 --version 2
approve ann
expect 'a later version is what rotate makes' 1 'needs the approvals of 2 officers' generate --use record-mac --domain A1B2C3 \
    --version 2 "${by[@]}"
done_by 'ann ben' 'all=2' policy --set state=none --set retire=none --set generate=none --set rotate=none

# ---- the policy ----
expect 'alone' 1 QUORUM_MISSING policy --set all=1
for rule in all all= all=x =2 all=2:ann,ann all=17 all=2: a=2:b,c,d,e,f,g,h; do
    expect "rule $rule" 2 ACT=N policy --set "$rule"
done
expect 'an act twice' 2 twice policy --set all=2 --set all=1
propose policy --set all=3
approve ann ben
expect 'more than there are' 1 QUORUM_IMPOSSIBLE policy --set all=3 "${by[@]}"
propose policy --set export=2:ann,cas
approve ann ben
expect 'who is not enrolled' 1 OFFICER_UNKNOWN policy --set export=2:ann,cas "${by[@]}"
propose policy --set explode=2
approve ann ben
expect 'no such act' 1 'no such act' policy --set explode=2 "${by[@]}"
done_by 'ann ben' 'officer cas is enrolled' officer-add "${cas[@]}"
expect 'the order of options does not matter' 0 'metervault-act' propose policy --set backup=0 --set export=1:cas --set all=2 \
    --set destroy=3 --out "$dir/policy.act"
act=$dir/policy.act
approve cas ben
expect 'set' 0 'quorum policy: all=2 destroy=3 backup=0 export=1:cas' policy --set all=2 --set destroy=3 --set backup=0 \
    --set export=1:cas "${by[@]}"
expect 'who decides needs the most' 0 'policy           3' policy
expect 'backup needs nobody' 0 'each proven' backup --out "$dir/token.backup"
propose export --sgc 123456 --krn 2 --accept-host-visible --kbpk-kcv 000000
approve ann
expect 'this act is of others' 1 OFFICER_UNKNOWN export --sgc 123456 --krn 2 --accept-host-visible --out "$dir/block" \
    --share-file "$dir/1.share" --share-file "$dir/2.share" --kbpk-component-file "$dir/a" --kbpk-component-file "$dir/b" \
    --kbpk-kcv 000000 "${by[@]}"
done_by 'ann ben cas' 'export=1:cas' policy --set destroy=none

# ---- officers come, are renewed and go ----
expect 'an officer alone' 1 QUORUM_MISSING officer-add --officer dan --officer-certificate "$dir/dan.pem"
propose officer-add --officer dan --officer-certificate "$dir/dan.pem"
approve ann ben
expect 'another certificate' 1 APPROVAL_OTHER_ACT officer-add --officer dan --officer-certificate "$dir/dan2.pem" "${by[@]}"
done_by 'ann ben' 'has a new certificate' officer-replace --officer ann --officer-certificate "$dir/ann2.pem"
propose officer-remove --officer cas
approve ann ben
expect 'the old certificate' 1 OFFICER_UNKNOWN officer-remove --officer cas "${by[@]}"
cp "$dir/ann2.key" "$dir/ann.key"
cp "$dir/ann2.pem" "$dir/ann.pem"
propose officer-remove --officer cas
approve ann ben
expect 'whom a rule needs' 1 QUORUM_IMPOSSIBLE officer-remove --officer cas "${by[@]}"
done_by 'ann ben' 'dan takes the place of cas' officer-replace --officer cas --successor dan --officer-certificate "$dir/dan.pem"
expect 'also in the rules' 0 'export=1:dan' policy
propose officer-remove --officer ben
approve ann cas
expect 'who was replaced' 1 OFFICER_UNKNOWN officer-remove --officer ben "${by[@]}"
done_by 'ann ben' 'export=0' policy --set export=0
done_by 'ann dan' 'officer ben is removed' officer-remove --officer ben
propose officer-remove --officer dan
approve ann ben
expect 'who was removed' 1 OFFICER_UNKNOWN officer-remove --officer dan "${by[@]}"
propose officer-remove --officer dan
approve ann dan
expect 'below the quorum' 1 QUORUM_IMPOSSIBLE officer-remove --officer dan "${by[@]}"
done_by 'ann dan' 'officer ben is enrolled' officer-add "${ben[@]}"
propose officer-remove --officer nobody
approve ann dan
expect 'who is none' 1 OFFICER_UNKNOWN officer-remove --officer nobody "${by[@]}"

# ---- a certificate that ended ----
end=$(($(date +%s) + 5))
cat >"$dir/ca.conf" <<END
[ca]
default_ca = short
[short]
database = $dir/ca.index
serial = $dir/ca.serial
new_certs_dir = $dir
default_md = sha256
policy = any
x509_extensions = who
[any]
commonName = supplied
[who]
subjectAltName = URI:urn:metervault:principal:eve
END
: >"$dir/ca.index"
echo 01 >"$dir/ca.serial"
openssl req -new -key "$dir/eve.key" -subj /CN=eve -out "$dir/eve.csr" 2>/dev/null
openssl ca -config "$dir/ca.conf" -selfsign -keyfile "$dir/eve.key" -in "$dir/eve.csr" -batch -notext -out "$dir/eve.pem" \
    -startdate "$(date -u -d @$((end - 3600)) +%Y%m%d%H%M%SZ)" -enddate "$(date -u -d "@$end" +%Y%m%d%H%M%SZ)" 2>/dev/null
done_by 'ann dan' 'officer eve is enrolled' officer-add --officer eve --officer-certificate "$dir/eve.pem"
expect 'its end' 0 "certificate valid until $(date -u -d "@$end" +%Y-%m-%dT%H:%M:%SZ)" list
propose generate "${key[@]}" --krn 3
approve ann eve
while [ "$(date +%s)" -le "$end" ]; do sleep 0.2; done
expect 'it has ended' 1 'certificate is not valid now' generate "${key[@]}" --krn 3 "${by[@]}"
expect 'approve after the end' 1 'not valid now' approve "$act" --officer eve --key "$dir/eve.key" --officer-certificate \
    "$dir/eve.pem" --out "$dir/x"
expect 'enrol after the end' 1 'not valid now' officer-replace --officer eve --officer-certificate "$dir/eve.pem"

# ---- backup and restore keep policy and officers ----
expect 'backup' 0 'each proven' backup --out "$dir/second.backup"
policy=$(keys policy)
wipe() {
    rm -rf "$dir/tokens"
    mkdir "$dir/tokens"
}
wipe
restore=(restore --from "$dir/second.backup" --so-pin-file "$dir/so" --share-file "$dir/1.share" --share-file "$dir/3.share")
expect 'restore needs the holders' 0 'certificate valid until' "${restore[@]}"
same 'policy of the restored token' "$policy" "$(keys policy)"
done_by 'ann dan' 'restore=2' policy --set restore=2
expect 'backup' 0 'each proven' backup --out "$dir/third.backup"
wipe
restore[2]=$dir/third.backup
expect 'restore needs officers too' 1 QUORUM_MISSING "${restore[@]}"
propose "${restore[@]}"
approve ann dan
expect 'of another backup' 1 APPROVAL_OTHER_ACT restore --from "$dir/second.backup" "${restore[@]:3}" "${by[@]}"
[ -z "$(ls -A "$dir/tokens")" ] || fail 'a refused restore made a token'
expect 'restore by officers' 0 'certificate valid until' "${restore[@]}" "${by[@]}"

# ---- an older copy of the token ----
cp -r "$dir/tokens" "$dir/tokens.before"
propose generate "${key[@]}" --krn 4
approve ann dan
expect 'an act' 0 vending/123456/4/2 generate "${key[@]}" --krn 4 "${by[@]}"
mv "$dir/tokens" "$dir/tokens.after"
mv "$dir/tokens.before" "$dir/tokens"
expect 'the same approvals again' 1 TOKEN_ROLLED_BACK generate "${key[@]}" --krn 4 "${by[@]}"
expect 'nothing is shown of it' 1 'was seen' list
rm -r "$dir/tokens"
mv "$dir/tokens.after" "$dir/tokens"
expect 'the newest copy' 0 vending/123456/4/2 list
seen="$dir/backup/$(sed -n 's/^token_serial = "\(.*\)"/\1/p' "$dir/hsmd.conf").seen"
cp "$seen" "$dir/seen.keep"
echo nothing >"$seen"
expect 'a file that is none' 1 'not of its form' list
sed "s/^time .*/time $(($(date +%s) + 172800))/" "$dir/seen.keep" >"$seen"
propose generate "${key[@]}" --krn 6 --hours 24
approve ann dan
expect 'a clock that was set back' 1 APPROVAL_EXPIRED generate "${key[@]}" --krn 6 "${by[@]}"
sed "s/^digest ../digest zz/" "$dir/seen.keep" >"$seen"
expect 'a digest that is none' 1 'not of its form' list
cp "$dir/seen.keep" "$seen"

# ---- without a policy ----
done_by 'ann dan' 'no quorum policy' policy --set all=none --set backup=none --set export=none --set restore=none
expect 'nobody is asked' 0 vending/123456/5/2 generate "${key[@]}" --krn 5
expect 'approvals that are given are judged all the same' 1 APPROVAL_OTHER_ACT generate "${key[@]}" --krn 6 "${by[@]}"
expect 'two decide who decides' 1 'officer-remove needs the approvals of 2 officers' officer-remove --officer eve
expect 'two decide who decides' 1 'policy needs the approvals of 2 officers' policy --set destroy=1
done_by 'ann dan' 'is removed' officer-remove --officer eve
done_by 'ann dan' 'is removed' officer-remove --officer ben
done_by 'ann dan' 'is removed' officer-remove --officer dan
expect 'the last officer' 1 'the only officer' officer-remove --officer ann
for command in list verify check; do expect "$command says so" 0 'no quorum policy' "$command"; done
for command in init list show approve propose; do
    expect "no act: $command" 2 'an act that officers approve' propose "$command" --out "$dir/x"
done

# ---- a wrong PIN is tried once, and the token's word on it is told ----
echo 99999999 >"$dir/pin"
for command in list check verify 'generate --use vending --sgc 1 --krn 1' policy 'officer-remove --officer ann'; do
    # shellcheck disable=SC2086 # the options are words
    case $command in generate*) set -- generate "${key[@]}" --krn 7 ;; *) set -- $command ;; esac
    expect "a wrong PIN: $1" 1 'C_Login: the token' "$@"
done
finish
