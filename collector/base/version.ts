export { version } from '../../agent/base/version.ts';
