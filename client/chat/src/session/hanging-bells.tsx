import { BELL_BODY, BELL_CROWN } from '../look/bell.js';

/** Width of each bell, from the bourdon to the smallest: a step of about three semitones each. */
const WIDTHS = [190, 158, 132, 111, 94, 80, 68, 58, 50] as const;
const GAP = 14;
const BEAM = 26;

/** Where the bells hang, left to right. */
const BELLS = WIDTHS.map((width, index) => ({
  width,
  x: WIDTHS.slice(0, index).reduce((sum, other) => sum + other + GAP, 0) + width / 2,
}));
const ALL = WIDTHS.reduce((sum, width) => sum + width + GAP, -GAP);

/** A carillon: bells of every size under one beam, the oldest ones gone green. */
export function HangingBells() {
  return (
    <div className="belfry" aria-hidden="true">
      <svg className="hanging-bells" viewBox={`0 0 ${String(ALL)} 252`}>
        <defs>
          <linearGradient id="sheen" x1="0" x2="1" y1="0" y2="0">
            <stop offset="0" className="sheen-edge" />
            <stop offset="0.3" className="sheen-light" />
            <stop offset="0.55" className="sheen-none" />
            <stop offset="1" className="sheen-edge" />
          </linearGradient>
        </defs>
        {BELLS.map(({ x, width }, index) => (
          <g key={width} transform={`translate(${String(x)} ${String(BEAM)})`}>
            <g className={`swing swing-${String(index)}`}>
              <path
                className="headstock"
                d={`M${-width / 7} -2H${width / 7}V${width / 14}H${-width / 7}z`}
              />
              {/* The body is 28 units wide in its own box. */}
              <g transform={`scale(${width / 28}) translate(-20 -0.5)`}>
                <path className="bell-crown" d={BELL_CROWN} />
                <circle className="bell-clapper" cx="20" cy="29.2" r="3.1" />
                <path className="bell-body" d={BELL_BODY} />
                <path className="bell-sheen" d={BELL_BODY} />
                <path
                  className="bell-band"
                  d="M12 13.500h16M10.200 22.500h19.600M9.500 24.300h21"
                />
              </g>
            </g>
          </g>
        ))}
        <rect className="beam" x="-2000" y="0" width="5000" height={BEAM} />
        <rect className="beam-edge" x="-2000" y={BEAM - 3} width="5000" height="3" />
      </svg>
    </div>
  );
}
