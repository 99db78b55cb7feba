/** The colours of the theme for what is drawn on a canvas, where style sheets do not reach. */

const NAMES = [
  ...['--text', '--quiet', '--line', '--ground', '--raised', '--ours', '--bad', '--warn', '--accent'],
  ...['--series-1', '--series-2', '--series-3', '--series-6'],
] as const;

export class ChartColours {
  #values = new Map<string, string>();
  readonly #stop = new AbortController();

  /** @param onChange called whenever another theme has been put on */
  constructor(onChange: () => void) {
    const change = () => {
      this.#read();
      onChange();
    };
    this.#read();
    const { signal } = this.#stop;
    matchMedia('(prefers-color-scheme: light)').addEventListener('change', change, { signal });
    const observer = new MutationObserver(change);
    observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    signal.addEventListener('abort', () => observer.disconnect());
  }

  /** @param name of a token, `--series-1` */
  of(name: string): string {
    return this.#values.get(name) ?? 'currentColor';
  }

  close(): void {
    this.#stop.abort();
  }

  #read(): void {
    const style = getComputedStyle(document.documentElement);
    this.#values = new Map(NAMES.map((name) => [name, style.getPropertyValue(name).trim()]));
  }
}
