import { type Spread, spreadOf } from '../measure/spread.js';
import type { Mode } from '../scenarios/mode.js';

/** A figure that every subject of a scenario has. */
export interface Column {
  readonly key: string;
  /** With its unit. */
  readonly title: string;
  readonly digits: number;
}

/** Figures of one server, or of whatever else is compared. */
export interface Row {
  readonly subject: string;
  readonly legs: number;
  readonly values: Readonly<Record<string, Spread | null>>;
}

/** One line that must hold. */
export interface Claim {
  readonly what: string;
  /** What it is compared with; null: a figure by itself. */
  readonly against: string | null;
  readonly value: Spread;
  readonly unit: '×' | 'ms' | 'KiB' | 'µs';
  /** Null: nothing was promised, it is told all the same. */
  readonly goal: { readonly kind: 'most' | 'least'; readonly value: number } | null;
}

/** What a scenario found out. */
export interface Findings {
  /** What was offered, in words. */
  readonly setting: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  /** Key of the column that is drawn. */
  readonly drawn: string;
  readonly claims: readonly Claim[];
  /** What a reader should know beside the figures. */
  readonly notes: readonly string[];
  /** Why the run does not count; empty when it does. */
  readonly faults: readonly string[];
  /** Everything that was measured. */
  readonly legs: readonly object[];
}

export interface ScenarioResult extends Findings {
  readonly scenario: string;
  readonly number: string;
  readonly title: string;
  readonly mode: Mode;
  readonly seconds: number;
  /** Share of the machine's time that its host gave to others meanwhile. */
  readonly stolen: number;
}

/** How a figure is read off a leg; null where this one has none. */
export interface Reading<Leg> extends Column {
  readonly of: (leg: Leg) => number | null;
}

interface AnyLeg {
  readonly peer: string;
  readonly faults: readonly string[];
}

/** A row for each peer, in the order in which they first appear. */
export function rowsOf<Leg extends AnyLeg>(
  legs: readonly Leg[],
  readings: readonly Reading<Leg>[],
): Row[] {
  const subjects = [...new Set(legs.map(({ peer }) => peer))];
  return subjects.map((subject) => {
    const own = legs.filter(({ peer }) => peer === subject);
    const values = readings.map(({ key, of }) => {
      const figures = own.map(of).filter((it) => it !== null);
      return [key, figures.length === 0 ? null : spreadOf(figures)] as const;
    });
    return { subject, legs: own.length, values: Object.fromEntries(values) };
  });
}

export function columnsOf<Leg>(readings: readonly Reading<Leg>[]): Column[] {
  return readings.map(({ key, title, digits }) => ({ key, title, digits }));
}

/** A figure of one peer divided by that of another; the nth leg of one was run beside the nth of the other. */
export function ratioOf<Leg extends AnyLeg>(
  legs: readonly Leg[],
  ours: string,
  theirs: string,
  of: (leg: Leg) => number,
): Spread {
  const others = legs.filter(({ peer }) => peer === theirs);
  return spreadOf(
    legs
      .filter(({ peer }) => peer === ours)
      .flatMap((leg, i) => {
        const other = others[i];
        return other ? [of(leg) / of(other)] : [];
      }),
  );
}

/** Each fault once, with whose it is. */
export function faultsOf(legs: readonly AnyLeg[]): string[] {
  return [...new Set(legs.flatMap(({ peer, faults }) => faults.map((it) => `${peer}: ${it}`)))];
}
