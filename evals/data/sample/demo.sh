#!/bin/sh
# Index the sample documents and ask them; the first argument is the rag command.
set -eu
rag=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
cd "$(dirname "$0")"

ask() {
    printf '\n$ rag ask "%s"\n' "$1"
    "$rag" ask "$1"
}

printf '\n$ rag add documents\n'
"$rag" add documents
ask "How many loggers can one H1 hub serve?"
ask "How is the hot spot of a room defined?"
ask "2025 年 8 月 7 日二号发电机为什么没有启动？"
ask "Who painted the Mona Lisa?"
