import process from 'node:process';

const lookEveryMs = 300;

/**
 * Sends this process a SIGTERM when the one that started it is gone. Whoever is killed cannot
 * tell its children: `kill` reaches npm, say, but neither the shell nor the script under it.
 */
export function leash() {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, lookEveryMs);
  timer.unref();
}
