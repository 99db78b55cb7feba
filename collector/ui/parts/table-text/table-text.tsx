/** One of heapy's tables, to the letter, to be copied. It scrolls in its own place. */
import './table-text.css';
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';

interface TableTextProps {
  /** What is beside the button. */
  readonly heading: ComponentChildren;
  readonly label: string;
  readonly text: string;
}

export function TableText({ heading, label, text }: TableTextProps) {
  const copied = useSignal<string | null>(null);
  const failed = useSignal(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      copied.value = text;
    } catch {
      // without TLS, off loopback, browsers have no clipboard
      failed.value = true;
    }
  };
  return (
    <>
      <div class="table-text-head">
        {heading}
        <button type="button" onClick={() => void copy()}>
          {copied.value === text ? 'Copied' : 'Copy'}
        </button>
        {failed.value && <small role="status">This browser does not let the page copy: mark the text.</small>}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
      <section class="table-text" tabIndex={0} aria-label={label}>
        <pre>{text}</pre>
      </section>
    </>
  );
}
