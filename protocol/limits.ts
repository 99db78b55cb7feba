/** The bounds of the stream, shared by server, clients and PROTOCOL.md. Lengths are in UTF-16 code units. */
export const limits = {
  /** Bytes of a frame that a client sends; a longer one closes the socket with 1009. */
  maxFrameBytes: 65_536,
  /** Length of the id of a subscription, a request or a partition. */
  maxIdLength: 128,
  /** Length of the name of a target, an isolate, a classifier or a method, and of a label. */
  maxNameLength: 256,
  /** Length of a glob. */
  maxGlobLength: 256,
  /** Globs of one subscription. */
  maxGlobs: 64,
  /** Classifiers of one subscription or one request. */
  maxClassifiers: 16,
  /** Kinds of one history. */
  maxHistoryKinds: 1000,
  /** Stored events of each sort in one answer. */
  maxStoredEvents: 1000,
  /** Steps of one history. */
  maxHistorySteps: 20_000,
  /** Partitions of one list. */
  maxPartitionHeads: 1000,
  /** Length of the text of a kind in a question about a snapshot. */
  maxKindLength: 8192,
  /** Rows, objects, or children of a node in the answer to one. */
  maxExploreRows: 1000,
  /** Paths in the answer to one. */
  maxExplorePaths: 50,
  /** Entries of the audit trail in one answer. */
  maxAuditEntries: 1000,
  /** How deep a reference pattern may be opened, and how many levels at once. */
  maxPatternDepth: 64,
  maxPatternLevels: 4,
  /** Length of a token. */
  maxTokenLength: 4096,
  /** Subscriptions open at once on a socket; one more closes it with 4429. */
  maxSubscriptions: 64,
  /** Requests not yet answered on a socket; one more closes it with 4429. */
  maxPendingRequests: 16,
  /** Frames that a client may send within any second; one more closes the socket with 4429. */
  maxFramesPerSecond: 200,
  /** Sockets open at once on a server, unless its configuration says otherwise; one more is closed with 4429. */
  maxClients: 2048,
  /** Bytes that wait in the server for one client; more close its socket with 4413. */
  maxBufferedBytes: 8_388_608,
  /** Milliseconds for which something waits for a client and nothing is taken, after which 4413 closes the socket. */
  stalledMs: 30_000,
  /** Milliseconds from the opening of a socket within which `hello` must have come; else 4408. */
  helloTimeoutMs: 5_000,
  /** Milliseconds between two pings of the server. */
  pingIntervalMs: 30_000,
  /** Pings in succession that may stay unanswered before the server drops the connection. */
  maxMissedPings: 2,
} as const;
