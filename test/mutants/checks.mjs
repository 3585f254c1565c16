/** A test by its file and a part of its full name; the project follows from the folder. */
export function check(spec, test) {
  const project = spec.startsWith('client/') ? 'unit' : spec.split('/')[1];
  return { project, spec, test };
}

/**
 * One injection of the fault suite, chosen by its row and its seed. Whether a fault meets what it is
 * to meet is a matter of a few milliseconds, so others may be named that are tried when it did not.
 */
export function fault(row, seed, ...others) {
  return {
    project: 'faults',
    spec: 'test/faults/faults.spec.ts',
    test: `${row} `,
    command: `npm run test:faults -- --repeat ${row}:${seed}`,
    env: { CARILLON_FAULTS_REPEAT: `${row}:${seed}` },
    otherwise: others.map((other) => fault(row, other)),
  };
}
