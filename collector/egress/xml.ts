/** What S3's answers are read by: flat elements of known names, without attributes that matter. */

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The texts between the tags of an element, each as it is there. */
export function textsOf(xml: string, tag: string): string[] {
  const texts: string[] = [];
  const open = new RegExp(`<${tag}(?:\\s[^>]*)?>`, 'g');
  for (let found = open.exec(xml); found; found = open.exec(xml)) {
    const end = xml.indexOf(`</${tag}>`, open.lastIndex);
    if (end < 0) break;
    texts.push(xml.slice(open.lastIndex, end));
    open.lastIndex = end;
  }
  return texts;
}

/** The text of the first element of that name, unescaped. */
export function textOf(xml: string, tag: string): string | undefined {
  const [text] = textsOf(xml, tag);
  return text?.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES[name] ?? whole;
    return String.fromCodePoint(Number.parseInt(decimal ?? hex, decimal === undefined ? 16 : 10) % 0x110000);
  });
}
