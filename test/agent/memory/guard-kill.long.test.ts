import { test } from 'node:test';
import { killReaders } from '../../support/killed-readers.ts';

test('a guard whose reader was killed lets the process go on, 50 times of 50', () => killReaders(50));
