#!/usr/bin/env bash
# What the tests need beside Python: a browser with Chinese letters, PostgreSQL, and LibreOffice to save reports. Installed
# where that is allowed; else the one command is said that does it, and the tests that need them are skipped.
set -u
missing=()
browser=chromium
apt-cache show chromium-headless-shell >/dev/null 2>&1 && browser=chromium-headless-shell
command -v "$browser" >/dev/null || command -v chromium >/dev/null || command -v chromium-browser >/dev/null || missing+=("$browser")
[ -n "$(fc-list :lang=zh 2>/dev/null)" ] || missing+=(fontconfig fonts-noto-cjk)
ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || command -v postgres >/dev/null || missing+=(postgresql)
command -v soffice >/dev/null || missing+=(libreoffice-writer-nogui)
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
  echo "installing for the tests: ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >/dev/null && exit 0
fi
echo "Some tests will be skipped; to run them all: sudo apt-get install ${missing[*]}"
