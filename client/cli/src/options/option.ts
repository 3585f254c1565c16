/** One option of a command: what it takes, and what the help says of it. */
export interface Option {
  /** What stands for its value in the help; absent for a switch. */
  readonly takes?: string;
  /** May be given several times, or once with commas. */
  readonly many?: true;
  /** The environment variable that is read where the option is not given. */
  readonly from?: string;
  /** What counts where it is not given, as it would be written. */
  readonly default?: string;
  readonly help: string;
}

export type Options = Readonly<Record<string, Option>>;

/** What was given, by the names of the options. */
export type Given<O extends Options> = {
  readonly [K in keyof O]: O[K] extends { readonly takes: string }
    ? O[K] extends { readonly many: true }
      ? readonly string[]
      : O[K] extends { readonly default: string }
        ? string
        : string | undefined
    : boolean;
};
