-- Orders of three lines from 5,000 customers, drawn anew for every request, each with an Idempotency-Key of its own.
-- Arguments after `--`: a file with one access token a line, and a word that no other run uses.
-- Writes one line of JSON at the end: answers by status, broken connections, and latencies in microseconds.

local CUSTOMERS = 5000
local BODY = '{"shop_id":"corner-snacks","channel":"web",'
  .. '"customer":{"id":"customer-%04d","name":"Customer %04d","email":"customer-%04d@example.com"},'
  .. '"lines":[{"sku":"pretzel","quantity":2},{"sku":"cola","quantity":1},{"sku":"crisps","quantity":3}],'
  .. '"delivery":{"method":"delivery","address":"%04d Harbour Street, Port Example"}}'

local threads = {}
local heads, run = {}, ""
answers = {} -- global, so that `done` can ask each thread for it

function setup(thread)
  threads[#threads + 1] = thread
end

function init(arguments)
  run = arguments[2]
  math.randomseed(tonumber(run, 16) % 2 ^ 31)
  local length = #BODY:format(0, 0, 0, 0)
  for token in io.lines(arguments[1]) do
    heads[#heads + 1] = "POST /orders HTTP/1.1\r\nHost: " .. wrk.host .. ":" .. wrk.port
      .. "\r\nAuthorization: Bearer " .. token .. "\r\nContent-Type: application/json"
      .. "\r\nContent-Length: " .. length .. "\r\nIdempotency-Key: "
  end
end

function request()
  local n = math.random(0, CUSTOMERS - 1)
  local key = ("%s-%08x%08x"):format(run, math.random(0, 2 ^ 31 - 1), math.random(0, 2 ^ 31 - 1))
  return heads[math.random(#heads)] .. key .. "\r\n\r\n" .. BODY:format(n, n, n, n)
end

function response(status)
  local name = tostring(status)
  answers[name] = (answers[name] or 0) + 1
end

function done(summary, latency)
  local total, parts = {}, {}
  for _, thread in ipairs(threads) do
    for status, count in pairs(thread:get("answers")) do
      total[status] = (total[status] or 0) + count
    end
  end
  for status, count in pairs(total) do
    parts[#parts + 1] = ('"%s":%d'):format(status, count)
  end
  local errors = summary.errors
  io.write(('{"answers":{%s},"broken":%d,"seconds":%.6f,"p50":%d,"p99":%d,"max":%d}\n'):format(
    table.concat(parts, ","), errors.connect + errors.read + errors.write + errors.timeout,
    summary.duration / 1e6, latency:percentile(50), latency:percentile(99), latency.max))
end
