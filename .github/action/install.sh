#!/usr/bin/env bash
# Puts the binary of a release on the PATH of the steps that follow.
#
#   INPUT_VERSION          a release without its `v`; nothing for the one that this action belongs to; `installed` for
#                          the dbt-steward that is on the PATH already
#   DBT_STEWARD_RELEASES   where releases are instead of GitHub, for runners that cannot reach it
set -euo pipefail

# fail MESSAGE: ends the step with an error that GitHub shows.
fail() {
    printf '::error title=dbt-steward::%s\n' "$1" >&2
    exit 1
}

# field NAME: a field of the package, as Cargo.toml has it.
field() {
    sed -n "s/^$1 = \"\\([^\"]*\\)\"\$/\\1/p" "$GITHUB_ACTION_PATH/Cargo.toml"
}

# target: the release's name for this runner. Linux gets the binary that needs no C library of its own.
target() {
    case "$RUNNER_OS-$RUNNER_ARCH" in
        Linux-X64) echo x86_64-unknown-linux-musl ;;
        Linux-ARM64) echo aarch64-unknown-linux-musl ;;
        macOS-X64) echo x86_64-apple-darwin ;;
        macOS-ARM64) echo aarch64-apple-darwin ;;
        Windows-X64 | Windows-ARM64) echo x86_64-pc-windows-msvc ;;
        *) fail "there is no release for $RUNNER_OS on $RUNNER_ARCH; build dbt-steward in the job and use \`version: installed\`" ;;
    esac
}

# sha256 FILE: its checksum. macOS has the other program; both put a `\` before that of a name with a `\`, as on Windows.
sha256() {
    { if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi; } <"$1" | cut -d ' ' -f 1
}

# download URL FILE
download() {
    curl --silent --show-error --fail --location --retry 3 --max-time 300 --output "$2" "$1" ||
        fail "$1 cannot be downloaded; is there such a release?"
}

version="${INPUT_VERSION:-$(field version)}"
if [[ "$version" == installed ]]; then
    command -v dbt-steward >/dev/null || fail "\`version: installed\`, but no dbt-steward is on the PATH"
    dbt-steward --version
    exit
fi
[[ "$version" =~ ^[0-9]+\.[0-9]+\.[0-9]+([.+-][0-9A-Za-z.+-]+)?$ ]] ||
    fail "\`version\` is to be a release such as $(field version), or \`installed\`"

target="$(target)"
archive="dbt-steward-$target.tar.gz"
releases="${DBT_STEWARD_RELEASES:-$(field repository)/releases/download}"
folder="$(mktemp -d "$RUNNER_TEMP/dbt-steward-bin.XXXXXX")"
download "$releases/v$version/$archive" "$folder/$archive"
download "$releases/v$version/$archive.sha256" "$folder/$archive.sha256"
[[ "$(sha256 "$folder/$archive")" == "$(cut -d ' ' -f 1 "$folder/$archive.sha256")" ]] ||
    fail "$archive of $version is not what its checksum says; run the job again"

# In the folder, because tar takes the colon of a Windows path for a host.
(cd "$folder" && tar -xzf "$archive" --strip-components 1)
"$folder/dbt-steward" --version
printf '%s\n' "$folder" >>"$GITHUB_PATH"
