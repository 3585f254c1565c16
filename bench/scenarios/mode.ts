/**
 * How long a scenario may take: `quick` shows that everything works and is not to be quoted, `standard`
 * is all scenarios in about an hour, `full` has more pairs and longer windows.
 */
export type Mode = 'quick' | 'standard' | 'full';

/** One value for each. */
export type ByMode<T> = Readonly<Record<Mode, T>>;
