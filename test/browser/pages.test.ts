import { existsSync } from 'node:fs';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { paintedPng } from '../reports/pictures.js';
import { publishWithReports } from '../reports/publish-reports.js';
import { leaveOut } from '../support/left-out.js';
import { startTestServer, type TestServer } from '../support/server.js';
import { publishTinyModel } from '../support/tiny-model.js';

const executablePath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);

if (executablePath === undefined) {
  leaveOut('pages and GraphiQL in a real browser', 'install Chromium: apt-get install chromium');
} else {
  describe('in a real browser', () => {
    let server: TestServer;
    let browser: Browser;

    beforeAll(async () => {
      server = await startTestServer();
      browser = await chromium.launch({
        executablePath,
        // Without a network: whatever is not on this machine would fail to load.
        args: ['--no-sandbox', '--disable-gpu', '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'],
      });
    });
    afterAll(async () => {
      await browser.close();
      await server.close();
    });

    /** A page that waits as long as its test may take. */
    async function newPage(): Promise<Page> {
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
      page.setDefaultTimeout(280_000);
      return page;
    }

    /** A page that remembers everything a person would find in the console, and every address it asked. */
    async function open(path: string): Promise<{ page: Page; complaints: string[]; hosts: Set<string> }> {
      const page = await newPage();
      const complaints: string[] = [];
      const hosts = new Set<string>();
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('request', (request) => {
        const { protocol, host } = new URL(request.url());
        if (protocol !== 'data:' && protocol !== 'blob:') hosts.add(host);
      });
      await page.goto(server.url + path);
      return { page, complaints, hosts };
    }

    test('the home page of an empty zoo says how to fill it', async () => {
      const { page, complaints } = await open('/');
      expect(await page.textContent('main')).toContain('zoo import-starters');
      expect(complaints).toEqual([]);
      await page.close();
    });

    test('an address that leads nowhere shows a page with a way back; a program gets JSON', async () => {
      for (const path of ['/nowhere', '/models/nobody/nothing']) {
        const page = await newPage();
        const answer = await page.goto(server.url + path);
        expect(answer?.status()).toBe(404);
        expect(await page.textContent('main')).toContain('NOT_FOUND');
        await page.click('main a');
        await page.waitForURL(`${server.url}/`);
        await page.close();
        const forPrograms = await fetch(server.url + path);
        expect(await forPrograms.json()).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
      }
    });

    test('the home page lists models, finds them, and leads to their pages', async () => {
      const card =
        '---\ntags: [shoes]\n---\n# <script>alert(1)</script>\n\nKnows **shoes**. [Bad](javascript:alert(1)) [good](https://example.org)';
      await publishTinyModel(server, { name: 'shoe-net', visibility: 'PUBLIC', license: 'mit', card });
      await publishTinyModel(server, { name: 'hidden-net' });
      const { page, complaints, hosts } = await open('/');
      expect(await page.locator('.card h2').allInnerTexts()).toEqual(['admin/shoe-net']);
      await page.fill('input[name=q]', 'nothing-like-it');
      await page.click('button');
      await page.waitForURL(/q=nothing-like-it/);
      expect(await page.textContent('main')).toContain('Nothing found');
      await page.fill('input[name=q]', 'shoes');
      await page.click('button');
      await page.waitForURL(/q=shoes/);
      await page.click('text=shoe-net');
      await page.waitForURL(/\/models\/admin\/shoe-net$/);
      expect(await page.textContent('h1')).toBe('admin/shoe-net');
      expect(await page.locator('.prose strong').innerText()).toBe('shoes');
      expect(
        await page.locator('.prose a').evaluateAll((links) => links.map((link) => link.getAttribute('href'))),
      ).toEqual(['https://example.org']);
      expect(await page.locator('.prose script').count()).toBe(0);
      expect(complaints).toEqual([]);
      expect([...hosts]).toEqual([new URL(server.url).host]);
      await page.close();
    });

    test('a version shows what its strategy reports: tables, and pictures with their words', async () => {
      const { modelId } = await publishTinyModel(server, { name: 'reported-net', visibility: 'PUBLIC' });
      const png = await paintedPng(640, 320);
      const words = '"><img src=x onerror=alert(1)>';
      await publishWithReports(server, modelId, (reports) => {
        reports.table('a', {
          title: `Accuracy ${words}`,
          columns: ['Layer', words],
          rows: [
            [words, 0.123456789],
            ['conv2', null],
          ],
        });
        reports.table('b', {
          title: 'Long',
          columns: ['n'],
          rows: Array.from({ length: 201 }, (_, n) => [n]),
        });
        reports.picture('c', { title: 'Curve', png, alt: words });
      });
      const { page, complaints, hosts } = await open('/models/admin/reported-net');
      const report = page.locator('.report');
      expect(await report.locator('h3').allInnerTexts()).toEqual([`Accuracy ${words}`, 'Long', 'Curve']);
      const table = report.nth(0);
      expect(await table.locator('th').allInnerTexts()).toEqual(['Layer', words]);
      expect(await table.locator('td').allInnerTexts()).toEqual([words, '0.12346', 'conv2', '–']);
      expect(await report.nth(1).locator('tbody tr').count()).toBe(200);
      await report.nth(1).locator('a').click();
      await expect.poll(() => page.textContent('body')).toContain('[200]');
      await page.goBack();
      const picture = report.nth(2).locator('img');
      await picture.scrollIntoViewIfNeeded();
      await expect
        .poll(() => picture.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth))
        .toBe(640);
      expect(await picture.getAttribute('alt')).toBe(words);
      expect(await page.locator('main img').count()).toBe(1);
      expect(complaints).toEqual([]);
      expect([...hosts]).toEqual([new URL(server.url).host]);
      await page.close();
    });

    test('GraphiQL opens from this server alone and runs its first example as it stands', async () => {
      const { page, complaints, hosts } = await open('/graphql');
      await page.click('button[aria-label^="Execute query"]');
      const answer = page.locator('.result-window');
      await expect.poll(async () => (await answer.innerText()).replace(/\s+/g, ' ')).toContain('"data"');
      await expect.poll(() => answer.innerText()).toContain('totalCount');
      expect(await answer.innerText()).not.toContain('"errors"');
      expect([...hosts]).toEqual([new URL(server.url).host]);
      expect(complaints).toEqual([]);
      await page.close();
    });

    test('GraphiQL speaks WebSocket for subscriptions, also from an address that holds the query', async () => {
      const query = 'subscription { jobEvents(jobId: "nonsense") { __typename } }';
      const { page, complaints } = await open(`/graphql?query=${encodeURIComponent(query)}`);
      const opened = page.waitForEvent('websocket');
      await page.click('button[aria-label^="Execute query"]');
      expect(new URL((await opened).url()).pathname).toBe('/graphql');
      const answer = page.locator('.result-window');
      await expect.poll(() => answer.innerText()).toContain('NOT_FOUND');
      expect(complaints).toEqual([]);
      await page.close();
    });
  });
}
