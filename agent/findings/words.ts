/** Figures and names as findings write them. */
import { humanCount } from '../../protocol/human.ts';

/** `1 Session`, `50,000 Sessions`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${humanCount(count)} ${count === 1 ? one : many}`;
}

/** `37 %` */
export function partText(bytes: number, of: number): string {
  const percent = (100 * bytes) / Math.max(1, of);
  return percent < 1 ? 'less than 1 %' : `${Math.round(percent)} %`;
}

/** A text as an argument of a shell's command. */
export function argument(text: string): string {
  return /^[\w.:/@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
