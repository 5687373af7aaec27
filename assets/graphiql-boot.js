// Starts GraphiQL in the page. Subscriptions go over WebSocket with the token of the Headers tab, the rest over fetch.
(() => {
  'use strict';
  const options = JSON.parse(document.getElementById('options').textContent);
  const workers = { editorWorkerService: 'editor.worker.js', json: 'json.worker.js', graphql: 'graphql.worker.js' };
  self.MonacoEnvironment = {
    globalAPI: false,
    getWorkerUrl: (_moduleId, label) => options.assets + workers[label],
  };

  /** The Headers tab starts with an empty token; what was not filled in is not sent. */
  function filledIn(headers = {}) {
    return Object.fromEntries(Object.entries(headers).filter(([, value]) => !/^bearer\s*$/i.test(String(value))));
  }

  async function request(parameters, headers, signal) {
    const response = await fetch(options.endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
      body: JSON.stringify(parameters),
      signal,
    });
    return response.json();
  }

  /** One socket per subscription, speaking graphql-transport-ws. */
  async function* subscribe(parameters, headers) {
    const address = new URL(options.endpoint, location.href);
    address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(address, 'graphql-transport-ws');
    const arrived = [];
    let wake = () => {};
    const push = (item) => {
      arrived.push(item);
      wake();
    };
    const send = (message) => socket.send(JSON.stringify(message));
    const authorization = headers.Authorization ?? headers.authorization;
    socket.onopen = () => send({ type: 'connection_init', payload: authorization ? { authorization } : {} });
    socket.onclose = (event) => push({ end: event.code === 1000 ? undefined : event.reason || 'The connection was lost.' });
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      if (message.type === 'connection_ack') send({ type: 'subscribe', id: '1', payload: parameters });
      if (message.type === 'ping') send({ type: 'pong' });
      if (message.type === 'next') push({ value: message.payload });
      if (message.type === 'error') push({ value: { errors: message.payload } });
      if (message.type === 'complete' || message.type === 'error') socket.close(1000);
    };
    try {
      for (;;) {
        while (arrived.length === 0) await new Promise((resolve) => (wake = resolve));
        const item = arrived.shift();
        if ('value' in item) yield item.value;
        else if (item.end !== undefined) throw new Error(item.end);
        else return;
      }
    } finally {
      socket.close(1000);
    }
  }

  /** What kind of operation runs, as far as the text tells without parsing it. */
  function isSubscription({ query, operationName }) {
    const text = query.replace(/#[^\n]*/g, '').replace(/"""[\s\S]*?"""|"(?:\\.|[^"\\])*"/g, '""');
    const named = operationName ? new RegExp(`\\bsubscription\\s+${operationName}\\b`) : /(^|\})\s*subscription\b/;
    return named.test(text);
  }

  YogaGraphiQL.renderYogaGraphiQL(document.getElementById('root'), {
    title: 'Model Zoo',
    logo: '<img src="/assets/logo.svg" alt="" width="28" height="28">',
    fetcher: (parameters, { headers } = {}) => {
      const sent = filledIn(headers);
      return isSubscription(parameters) ? subscribe(parameters, sent) : request(parameters, sent);
    },
    headers: '{ "Authorization": "Bearer " }',
    defaultTabs: options.examples.map((query) => ({ query, headers: '{ "Authorization": "Bearer " }' })),
  });
})();
