#!/bin/sh
# Installs the Debian packages that Raking uses, where they are missing and that is permitted:
# a browser to measure in, software drivers for machines without a GPU, a screen for the window; with the
# argument npm, what installs and runs the checks of the JavaScript; with the argument test, the browser
# without its windows, in which tests take a third less time, where Debian has it: nothing needs it.
set -eu
PATH=$PATH:/usr/sbin:/sbin # ldconfig is there, and not on every user's PATH

missing=""
need() { # need PACKAGE TEST...: the package is missing when the test fails
    package=$1
    shift
    "$@" >/dev/null 2>&1 || missing="$missing $package"
}
library() { ldconfig -p | grep -q "$1"; }
vulkan_driver() { ls /usr/share/vulkan/icd.d/*.json /etc/vulkan/icd.d/*.json 2>/dev/null | grep -q .; }
software_opengl() { ls /usr/lib/*/dri/swrast_dri.so /usr/lib*/dri/swrast_dri.so 2>/dev/null | grep -q .; }
browser() {
    [ -n "${RAKING_CHROMIUM:-}" ] || command -v chromium || command -v chromium-browser ||
        command -v google-chrome || command -v google-chrome-stable
}
permitted() { # to install; sets as_root
    as_root=""
    command -v apt-get >/dev/null || return 1
    [ "$(id -u)" = 0 ] && return
    as_root="sudo -n"
    $as_root true 2>/dev/null
}
install() {
    echo "Installing:$1"
    $as_root apt-get update -qq
    # shellcheck disable=SC2086 # the list is to be split
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $1
}
without_windows() {
    [ -z "${RAKING_CHROMIUM:-}" ] && command -v chromium >/dev/null || return 0
    ! command -v chromium-headless-shell >/dev/null || return 0
    apt-cache show chromium-headless-shell >/dev/null 2>&1 || return 0
    permitted && install " chromium-headless-shell"
}

[ "$(uname -s)" = Linux ] || exit 0
if [ "${1:-}" = test ]; then
    without_windows || echo "Testing goes on in the browser that is there."
    exit 0
fi
need chromium browser
need mesa-vulkan-drivers vulkan_driver
need libvulkan1 library libvulkan.so.1
need libegl1 library libEGL.so.1
need libgl1-mesa-dri software_opengl
need xvfb command -v Xvfb
for name in libx11-6:libX11.so.6 libxrandr2:libXrandr.so.2 libxinerama1:libXinerama.so.1 \
    libxcursor1:libXcursor.so.1 libxi6:libXi.so.6; do
    need "${name%%:*}" library "${name##*:}"
done
python3 -c "import ensurepip, venv" 2>/dev/null || missing="$missing python3-venv"
if [ "${1:-}" = npm ]; then
    need nodejs command -v node
    need npm command -v npm
fi
[ -n "$missing" ] || exit 0

if permitted; then
    install "$missing"
else
    echo "Raking needs these Debian packages (or your system's equivalents):$missing" >&2
    echo "Install them, for instance with: sudo apt-get install$missing" >&2
    exit 1
fi
