/** Where a part of the page fails by a fault of ours, says so in its place instead of leaving half of it. */

import { Component, type ComponentChildren } from 'preact';
import { reasonOf } from '../../../protocol/reason.ts';

interface FallibleProps {
  readonly children: ComponentChildren;
}

export class Fallible extends Component<FallibleProps, { reason: string | undefined }> {
  override state = { reason: undefined };

  override componentDidCatch(error: unknown): void {
    this.setState({ reason: reasonOf(error) });
    // the browser's console and its listeners get it like any other error
    reportError(error);
  }

  override render() {
    const { reason } = this.state;
    if (reason === undefined) return this.props.children;
    return (
      <div class="notice bad" role="alert">
        <h1>This page failed</h1>
        <p>{reason}. The collector and its targets are not concerned.</p>
        <button type="button" onClick={() => this.setState({ reason: undefined })}>
          Try again
        </button>
      </div>
    );
  }
}
