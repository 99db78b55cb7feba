/** SVG as text: elements that cannot come out malformed, whatever they contain. */

export type Attributes = Readonly<Record<string, string | number>>;

/** An element; children are SVG already. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const text = Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${escaped(typeof value === 'number' ? rounded(value) : value)}"`)
    .join('');
  return children.length === 0 ? `<${name}${text}/>` : `<${name}${text}>${children.join('')}</${name}>`;
}

/** Text as content. */
export function escaped(text: string): string {
  return text
    .replace(FORBIDDEN, '\ufffd')
    .replace(/[&<>"]/g, (character) => `&${ENTITIES[character as keyof typeof ENTITIES]};`);
}

const ENTITIES = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot' } as const;

/** What XML 1.0 has no way to write, and the controls that it would rather not have. */
const FORBIDDEN = /(?![\t\n\r])[\p{Cc}\p{Cs}\ufffe\uffff]/gu;

/** A tenth of a unit is finer than a screen. */
function rounded(value: number): string {
  return String(Math.round(value * 10) / 10);
}
