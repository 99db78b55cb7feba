import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ages } from '../../../agent/profile/ages.ts';
import type { HeapProfile, ProfileSample } from '../../../agent/profile/heap-profile.ts';

const MINUTE_MS = 60_000;
const SITES = ['leak', 'churn', 'start', 'burst', 'cache'] as const;

/** A profile of some sites at the top; `samples` are of the site at the index that `nodeId` is. */
function profileOf(samples: readonly ProfileSample[]): HeapProfile {
  const frame = (functionName: string) => ({
    callFrame: { functionName, scriptId: '1', url: 'file:///srv/app.js', lineNumber: 0, columnNumber: 0 },
    selfSize: 0,
    children: [],
  });
  const children = SITES.map((site, id) => ({ ...frame(site), id }));
  return { head: { ...frame('(root)'), id: -1, children }, samples };
}

/** Ten readings, a minute apart, of a process that leaks 1 MB an hour beside 100 MB a second of churn. */
function tenReadings(): { ages: Ages; last: HeapProfile } {
  const ages = new Ages();
  let ordinal = 0;
  const alive: { site: number; size: number; ordinal: number; bornAt: number }[] = [];
  let last = profileOf([]);
  for (let reading = 0; reading < 10; reading++) {
    const born = (site: number, size: number) => alive.push({ site, size, ordinal: ++ordinal, bornAt: reading });
    born(0, 17_476);
    for (let each = 0; each < 40; each++) born(1, 524_160);
    if (reading === 0) for (let each = 0; each < 80; each++) born(2, 524_160);
    if (reading === 3) born(3, 30_000);
    for (let each = 0; each < 5; each++) born(4, 100_000);
    ordinal += 10_000;
    const living = alive.filter(
      ({ site, bornAt }) => (site !== 1 || bornAt === reading) && (site !== 4 || bornAt >= reading - 1),
    );
    last = profileOf(living.map(({ site, size, ordinal: at }) => ({ nodeId: site, size, ordinal: at })));
    ages.add(last, reading * MINUTE_MS);
  }
  return { ages, last };
}

test('what leaks is first of what survives, and churn, starts and short caches are not there', () => {
  const { ages } = tenReadings();
  const survivors = ages.survivors();
  assert.deepEqual(
    survivors.map(({ site }) => site),
    ['leak (/srv/app.js:1)', 'burst (/srv/app.js:1)'],
  );
  assert.equal(survivors[0]!.survivedBytes, 7 * 17_476);
  assert.ok(Math.abs(survivors[0]!.bytesPerHour - 60 * 17_476) < 1);
});

test('bytes by cohort sum to the bytes of the profile', () => {
  const { ages, last } = tenReadings();
  const profile = last.samples.reduce((total, { size }) => total + size, 0);
  const cohorts = ages.sites.flatMap(({ cohortBytes }) => cohortBytes).reduce((total, each) => total + each, 0);
  assert.equal(cohorts, profile);
  const leak = ages.sites.find(({ site }) => site.startsWith('leak'))!;
  assert.deepEqual(leak.cohortBytes, new Array(10).fill(17_476));
});

test('cohorts are bounded, however many readings there are, and lose no byte', () => {
  const ages = new Ages();
  const samples: ProfileSample[] = [];
  for (let reading = 1; reading <= 500; reading++) {
    samples.push({ nodeId: 0, size: 8, ordinal: reading });
    ages.add(profileOf(samples), reading * MINUTE_MS);
  }
  assert.equal(ages.readAtMs.length, 64);
  assert.equal(ages.sites[0]!.sizeBytes, 4_000);
  assert.equal(ages.sites[0]!.cohortBytes.length, 64);
  assert.equal(ages.survivors()[0]!.site, 'leak (/srv/app.js:1)');
});

test('nothing is said before three readings', () => {
  const ages = new Ages();
  ages.add(profileOf([{ nodeId: 0, size: 8, ordinal: 1 }]), 0);
  ages.add(profileOf([{ nodeId: 0, size: 8, ordinal: 1 }]), 1);
  assert.deepEqual(ages.survivors(), []);
});
