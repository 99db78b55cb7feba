/** A question that is answered with yes or no before something is done. The browser keeps the focus in it, and Escape is a no. */
import './question.css';
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

interface QuestionProps {
  readonly title: string;
  /** What the button says that does it. */
  readonly yes: string;
  readonly children: ComponentChildren;
  /** Told once. */
  readonly onAnswer: (isYes: boolean) => void;
}

export function Question({ title, yes, children, onAnswer }: QuestionProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => dialog.current!.showModal(), []);
  return (
    <dialog
      class="question"
      ref={dialog}
      aria-labelledby={heading}
      onClose={(event) => onAnswer(event.currentTarget.returnValue === 'yes')}
    >
      <form method="dialog">
        <h2 id={heading}>{title}</h2>
        {children}
        <p class="question-answers">
          <button type="submit" value="no">
            Cancel
          </button>
          <button type="submit" value="yes" class="primary">
            {yes}
          </button>
        </p>
      </form>
    </dialog>
  );
}
