// Loaded into an instance before its own code: SIGUSR2 keeps its event loop busy for so long, which
// no signal from outside can do. A stopped process would not burn what an endless loop burns.
import process from 'node:process';

const stallMs = Number(process.env.STALL_MS);

process.on('SIGUSR2', () => {
  const endsAt = performance.now() + stallMs;
  while (performance.now() < endsAt);
});
