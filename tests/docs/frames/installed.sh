# shellcheck shell=sh
BLOCK
# Each of these programs is a server.
for program in quickstart quickstart-cpp quickstart-static; do
    ./$program &
    until rvws ls :7000 --timeout 1 >signals; do
        kill -0 $!
    done
    grep Motor signals
    kill $!
    wait $! || true
done
