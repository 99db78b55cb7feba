/** Numbers as C's printf writes them, where heapy's tables depend on how it rounds. */

/** `part` in percent of `total`, rounded half to even (C's `%.0f`); 0 of a total of 0. */
export function wholePercent(part: number, total: number): number {
  if (total === 0) return 0;
  const percent = (part * 100) / total;
  const below = Math.floor(percent);
  if (percent - below !== 0.5) return Math.round(percent);
  return below % 2 === 0 ? below : below + 1;
}

/** `part` in percent of `total` with one digit after the point, halves to the even digit (C's `%.1f`); 0.0 of a total of 0. */
export function tenthPercent(part: number, total: number): string {
  const percent = total === 0 ? 0 : (part * 100) / total;
  // of the numbers halfway between two tenths, binary fractions have only the quarters; toFixed rounds those up
  return percent % 1 === 0.25 ? `${Math.floor(percent)}.2` : percent.toFixed(1);
}

/** `value` to three significant digits, as C's `%.3g`: `0.0468`, `-71.4`, `1.23e+03`; halves go to the even digit. */
export function threeDigits(value: number): string {
  const [digits = '', exponent = ''] = roundedHalfEven(value).split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 3) return String(Number(`${digits}e${power}`));
  const sign = power < 0 ? '-' : '+';
  return `${Number(digits)}e${sign}${String(Math.abs(power)).padStart(2, '0')}`;
}

function roundedHalfEven(value: number): string {
  // toExponential rounds halves up; 100 digits show a number between two others exactly
  const half = /^(-?\d\.\d[02468])50*(e.*)$/.exec(value.toExponential(100));
  return half ? `${half[1]}${half[2]}` : value.toExponential(2);
}
