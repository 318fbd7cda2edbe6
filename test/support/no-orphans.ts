// Vitest runs this in each test file's process before the file: what the file starts ends with that process, however it ends.
import { spawn } from 'node:child_process';
import { Socket } from 'node:net';

/** Each process that a test starts inherits it, by however many others between: tmux's server and the client in it, a daemon, a browser. */
const MARK = 'MINIMIX_TEST_PROCESS';

/**
 * The shell's standard input is a pipe of ours, which ends with us. It then kills whatever carries the mark; three times, for one may have
 * started another between the look and the blow. /proc is Linux's: elsewhere nothing is found, and the tests' own ends must do.
 */
const SCRIPT = `
while read -r _; do :; done
for _ in 1 2 3; do
  grep -lszxF -- "$1" /proc/[0-9]*/environ | while IFS=/ read -r _ _ pid _; do kill -s KILL "$pid"; done
done`;

const mark = `${process.pid}-${Date.now()}`;
const { [MARK]: _outer, ...env } = process.env; // a run inside a test has marks of its own, and ends by the outer one no later
const watchdog = spawn('sh', ['-c', SCRIPT, 'no-orphans', `${MARK}=${mark}`], { cwd: '/', env, stdio: ['pipe', 'ignore', 'ignore'], detached: true });
watchdog.on('error', () => undefined); // without a shell the tests' own ends must do
watchdog.unref();
if (watchdog.stdin instanceof Socket) watchdog.stdin.unref(); // the pipe must not keep this process alive
process.env[MARK] = mark;
