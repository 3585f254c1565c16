import { append } from './append.mjs';

/**
 * Bugs to plant, one at a time. Each says what would be wrong, which faults (rows of the fault suite) it
 * would do harm in, where it stands (`find` is there exactly once), and the check that must catch it.
 */
export const mutants = [...append];
