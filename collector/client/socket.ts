/** What the client needs of a WebSocket: what a browser's has, and that of `ws`. */

export interface Socket {
  /** 1 while it is open, as the WebSocket standard has it. */
  readonly readyState: number;
  send(text: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: 'open', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'error', listener: (event: { message?: string }) => void): void;
  addEventListener(type: 'close', listener: (event: { code: number; reason: string }) => void): void;
}

/** Begins to connect; the socket says the rest itself. */
export type OpenSocket = (url: string, subprotocol: string) => Socket;
