/** A test by its file and a part of its full name; the project follows from the folder. */
export function check(spec, test) {
  const project = spec.startsWith('client/') ? 'unit' : spec.split('/')[1];
  return { project, spec, test };
}

/** One injection of the fault suite, chosen by its row and its seed. */
export function fault(row, seed) {
  return {
    project: 'faults',
    spec: 'test/faults/faults.spec.ts',
    test: `${row} `,
    command: `npm run test:faults -- --repeat ${row}:${seed}`,
    env: { CARILLON_FAULTS_REPEAT: `${row}:${seed}` },
  };
}
