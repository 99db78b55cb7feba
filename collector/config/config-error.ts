/** What is wrong with a configuration: every problem at once, each with the place it was read from. Exit code 2. */

export interface Problem {
  /** `heapwatch.yaml:4:7` (line and column from 1), `--target` or `HEAPWATCH_LISTEN`. */
  readonly where: string;
  readonly message: string;
}

export class ConfigError extends Error {
  override name = 'ConfigError';
  /** Never empty. */
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(({ where, message }) => `${where}: ${message}`).join('\n'));
    this.problems = problems;
  }
}
