import { findProgram } from './find-program.mjs';

/** A Chromium: `{ path }`, or `{ missing }` with what to do about it. */
export function findChromium() {
  return findProgram({
    variable: 'CHROMIUM',
    names: ['chromium', 'chromium-browser', 'google-chrome'],
    debianPackage: 'chromium',
    advice: 'install it (apt-get install chromium), or name the program in CHROMIUM',
  });
}
