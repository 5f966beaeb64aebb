// SPDX-License-Identifier: EUPL-1.2
// The strict reader itself: it takes the example of the format's description and refuses what the description forbids.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMetrics } from './prometheus.js';

// From "Exposition formats" (Prometheus' documentation, text format example), its advice about _total apart.
const EXAMPLE = `# HELP http_requests_total The total number of HTTP requests.
# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027 1395066363000
http_requests_total{method="post",code="400"}    3 1395066363000

# HELP escaping_gauge A backslash \\\\ and a\\nline.
# TYPE escaping_gauge gauge
escaping_gauge{path="C:\\\\DIR\\\\FILE.TXT",error="Cannot find file:\\n\\"FILE.TXT\\""} 1.458255915e9

# HELP http_request_duration_seconds A histogram of the request duration.
# TYPE http_request_duration_seconds histogram
http_request_duration_seconds_bucket{le="0.05"} 24054
http_request_duration_seconds_bucket{le="1"} 133988
http_request_duration_seconds_bucket{le="+Inf"} 144320
http_request_duration_seconds_sum 53423
http_request_duration_seconds_count 144320
`;

test('the published example is read', () => {
  const page = parseMetrics(EXAMPLE);
  assert.equal(page.value('http_requests_total', { code: '400', method: 'post' }), 3);
  assert.equal(page.series('escaping_gauge')[0].labels.error, 'Cannot find file:\n"FILE.TXT"');
  assert.equal(page.families.get('escaping_gauge').help, 'A backslash \\ and a\nline.');
  assert.equal(page.value('http_request_duration_seconds_bucket', { le: '1' }), 133988);
  assert.throws(() => page.value('http_requests_total'), /0 series/);
});

const gauge = (rest) => `# HELP a A.\n# TYPE a gauge\n${rest}`;
const histogram = (rest) => `# HELP h H.\n# TYPE h histogram\n${rest}`;

test('what the description forbids is refused', () => {
  const wrong = [gauge('a 1'), gauge('a 1\r\n'), gauge('a x\n'), gauge('a{b=1} 1\n'), gauge('a{b="1} 1\n'), gauge('a{b="\\t"} 1\n'),
    gauge('a{b="1" c="2"} 1\n'), gauge('a{b="1",b="2"} 1\n'), gauge('a{1b="1"} 1\n'), gauge('a{__b="1"} 1\n'), gauge('a 1\na 2\n'), gauge('a{b="1",c="2"} 1\na{c="2",b="1"} 1\n'),
    gauge('a 1\n# HELP a A.\n'), gauge('a 1\n# HELP b B.\n# TYPE b gauge\nb 1\na{c="1"} 1\n'), '# TYPE a gauge\na 1\n', '# HELP a A.\na 1\n',
    '# HELP a A.\n# TYPE a counter\na 1\n', '# HELP a_total A.\n# TYPE a_total gauge\na_total 1\n', '# HELP a_total A.\n# TYPE a_total counter\na_total -1\n',
    histogram('h_bucket{le="1"} 1\nh_sum 1\nh_count 1\n'), histogram('h_bucket{le="1"} 2\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n'),
    histogram('h_bucket{le="2"} 1\nh_bucket{le="1"} 1\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n'), histogram('h_bucket{le="+Inf"} 1\nh_sum 1\nh_count 2\n'),
    histogram('h_bucket{le="+Inf"} 1\nh_count 1\n')];
  for (const text of wrong) assert.throws(() => parseMetrics(text), undefined, text);
  assert.equal(parseMetrics(gauge('a 1\n')).value('a'), 1);
  assert.equal(parseMetrics(histogram('h_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n')).value('h_count'), 1);
});
