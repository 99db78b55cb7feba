/** Commands of README.md and docs/ that the test of the documents does not run, each with the reason. */
export const NOT_RUN: Readonly<Record<string, string>> = {
  'npm ci && npm run demo': 'CI and the demo test run it; it replaces the build that this test runs from',
  'npm ci && npm test': 'this test is a part of it',
  'npm install --global heapwatch': 'it changes the machine; package.slow.test.ts installs the packed tarball',
  'ssh -L 9229:127.0.0.1:9229 host': 'it needs another machine',
  'kubectl port-forward pod/api 9229': 'it needs a Kubernetes cluster',
  'kubectl create namespace heapwatch': 'it needs a Kubernetes cluster',
  'kubectl -n heapwatch create secret generic heapwatch --from-literal=ops="$(openssl rand -hex 32)" --from-literal=nats="$(openssl rand -hex 32)"':
    'it needs a Kubernetes cluster',
  'kubectl -n heapwatch create secret tls heapwatch-tls --cert=tls.crt --key=tls.key': 'it needs a Kubernetes cluster',
  'kubectl apply -k docs/kubernetes': 'it needs a Kubernetes cluster; kubernetes.slow.test.ts reads what is applied',
  'kubectl debug pod/api-7d9 -it --image=registry.example/heapwatch:0.1.0 --target=api --profile=sysadmin -- node /opt/heapwatch/dist/collector/cli/main.js ls --memory':
    'it needs a Kubernetes cluster',
  'heapwatch collect': 'it attaches to every open process of this machine; config.test.ts reads what it watches',
  'heapwatch leak 9229': 'it watches for 30 s and ends with 6; leak.slow.test.ts runs it',
  'heapwatch completion >> ~/.bashrc': "it changes the user's own files",
};

/** Programs of blocks `js` that never end by themselves, by their first line behind the imports. */
export const ENDLESS: Readonly<Record<string, string>> = {
  'docs/stream.md': 'it follows a stream for ever; client.test.ts runs the client',
};
