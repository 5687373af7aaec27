import type { RequestListener, Server } from 'node:http';

/**
 * Lets byte routes look at the headers of an upload before its body is sent: a client that says `Expect: 100-continue` waits, and
 * is refused without having sent gigabytes. Everything else is told to go on at once, as Node does by itself.
 */
export function handleExpectContinue(server: Server, app: RequestListener): void {
  server.on('checkContinue', (request, response) => {
    if (!request.url?.startsWith('/blobs/')) response.writeContinue();
    app(request, response);
  });
}
