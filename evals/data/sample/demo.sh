#!/bin/sh
# Index the sample documents and ask them; the first argument is the rag command.
set -eu
rag=$1
here=$(dirname "$0")
index=$here/../../../.demo/index

run() {
    printf '\n$ rag %s\n' "$*"
    "$rag" --index "$index" "$@"
}

run add "$here/documents"
run ask "How many loggers can one H1 hub serve?"
run ask "How is the hot spot of a room defined?"
run ask "2025 年 8 月 7 日二号发电机为什么没有启动？"
run ask "What does the H1 hub weigh?"
