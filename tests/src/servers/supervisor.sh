# Supervises one database server. The functions `init` and `serve` and the variables `dir` and
# `quick` (the signal that stops the server at once) stand before this text.
#
# Its standard input is a pipe that only the test process holds: orders come in as lines, and its
# end, which comes however that process ends, stops the server and removes the folder.

start() {
    rm -f "$dir/exited" "$dir/pid"
    {
        serve </dev/null >>"$dir/log" 2>&1 &
        # Whole as soon as it is there.
        echo $! >"$dir/pid.new" && mv "$dir/pid.new" "$dir/pid"
        wait $!
        echo $? >"$dir/exited"
    } &
    # The next order is for this process, not for the one before.
    until [ -e "$dir/pid" ]; do sleep 0.01; done
}

signal() {
    [ -e "$dir/exited" ] || kill -s "$1" "$(cat "$dir/pid")" 2>/dev/null
}

# Up to ten seconds for the server to end.
ended() {
    rounds=0
    until [ -e "$dir/exited" ]; do
        rounds=$((rounds + 1))
        [ $rounds -lt 200 ] || return 1
        sleep 0.05
    done
}

cd "$dir" || exit 1
if init </dev/null >>"$dir/log" 2>&1; then
    start
else
    echo "could not create the data folder" >"$dir/exited"
fi
while read -r order; do
    case $order in
    start) start ;;
    *) signal "$order" ;;
    esac
done
signal "$quick"
ended || { signal KILL; ended; }
cd / && rm -rf "$dir"
