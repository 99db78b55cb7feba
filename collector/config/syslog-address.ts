/** Where the audit trail is copied to, as a configuration file says it. */

export interface SyslogAddress {
  readonly by: 'udp' | 'tcp' | 'tls';
  readonly host: string;
  readonly port: number;
}

/** @throws SyntaxError for anything but `udp://host:514`, `tcp://host:601`, `tls://host:6514` */
export function parseSyslog(value: string): SyslogAddress {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const by = /^(udp|tcp|tls):$/.exec(url?.protocol ?? '')?.[1] as SyslogAddress['by'] | undefined;
  if (url && by && url.hostname !== '' && /^\/?$/.test(url.pathname) && !url.username && !url.search && !url.hash) {
    const port = url.port === '' ? PORTS[by] : Number(url.port);
    return { by, host: url.hostname.replace(/^\[|\]$/g, ''), port };
  }
  throw new SyntaxError(`expected udp://host:514, tcp://host:601 or tls://host:6514, got "${value}"`);
}

const PORTS: Readonly<Record<SyslogAddress['by'], number>> = { udp: 514, tcp: 601, tls: 6_514 };
