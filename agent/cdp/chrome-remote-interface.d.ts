/** The part of chrome-remote-interface 0.34 that inspector-client.ts builds on: its client class, which the published types leave out. */
declare module 'chrome-remote-interface/lib/chrome.js' {
  import type { EventEmitter } from 'node:events';
  import type WebSocket from 'ws';

  interface ClientOptions {
    /** `ws://…` of the target. */
    target: string;
    /** What to decorate the client with; an empty one saves thousands of members for each connection. */
    protocol: { version: { major: string; minor: string }; domains: [] };
  }

  type Reply = (failed: boolean | Error, response: unknown) => void;

  export default class Chrome extends EventEmitter {
    protected webSocketUrl: string;
    protected _ws: WebSocket;
    /** Of the commands that are not answered, by their ids. */
    protected _callbacks: Readonly<Record<number, Reply | undefined>>;
    /** Emits `connect` (the client) or `error` on `notifier`. */
    constructor(options: ClientOptions, notifier: EventEmitter);
    send(method: string, params: object, reply: Reply): void;
    send(method: string, params: object, sessionId: string, reply: Reply): void;
    protected _connectToWebSocket(): Promise<void>;
    protected _handleMessage(message: object): void;
  }
}
