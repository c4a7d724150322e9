-- Orders of three lines from 5,000 customers, drawn anew for every request, each with an Idempotency-Key of its own.
-- Arguments after `--`: a file with one access token a line, a word that no other run uses, how many products there
-- are, and how many milliseconds lie on average between two orders of all connections (0: as many as can be).
-- Writes one line of JSON at the end: answers by status, broken connections, and latencies in microseconds.

local CUSTOMERS = 5000
local BODY = '{"shop_id":"bench-shop","channel":"web",'
  .. '"customer":{"id":"customer-%04d","name":"Customer %04d","email":"customer-%04d@example.com"},'
  .. '"lines":[{"sku":"sku-%04d","quantity":2},{"sku":"sku-%04d","quantity":1},{"sku":"sku-%04d","quantity":3}],'
  .. '"delivery":{"method":"delivery","address":"%04d Harbour Street, Port Example"}}'

local ffi = require("ffi")
ffi.cdef("typedef struct { long seconds, nanoseconds; } Moment; int clock_gettime(int clock, Moment *moment);")
local MONOTONIC = 1
local moment = ffi.new("Moment")

local threads = {}
local heads, run, third, gap, due = {}, "", 1, 0, 0
answers = {} -- global, so that `done` can ask each thread for it

-- In milliseconds.
local function now()
  ffi.C.clock_gettime(MONOTONIC, moment)
  return tonumber(moment.seconds) * 1000 + tonumber(moment.nanoseconds) / 1e6
end

function setup(thread)
  threads[#threads + 1] = thread
end

function init(arguments)
  run, third, gap = arguments[2], math.floor(tonumber(arguments[3]) / 3), tonumber(arguments[4])
  math.randomseed(tonumber(run, 16) % 2 ^ 31)
  if gap == 0 then
    delay = nil
  end
  due = now()
  local length = #BODY:format(0, 0, 0, 0, 0, 0, 0)
  for token in io.lines(arguments[1]) do
    heads[#heads + 1] = "POST /orders HTTP/1.1\r\nHost: " .. wrk.host .. ":" .. wrk.port
      .. "\r\nAuthorization: Bearer " .. token .. "\r\nContent-Type: application/json"
      .. "\r\nContent-Length: " .. length .. "\r\nIdempotency-Key: "
  end
end

-- One product from each third of the shelves: three different ones, without looking twice.
local function drawn(part)
  return math.random(part * third, (part + 1) * third - 1)
end

function request()
  local n = math.random(0, CUSTOMERS - 1)
  local key = ("%s-%08x%08x"):format(run, math.random(0, 2 ^ 31 - 1), math.random(0, 2 ^ 31 - 1))
  return heads[math.random(#heads)] .. key .. "\r\n\r\n" .. BODY:format(n, n, n, drawn(0), drawn(1), drawn(2), n)
end

-- Orders of people who do not know of each other: the waits between them are exponential. They come by the clock, however
-- long answers take: whoever finds all connections busy is served by the first that is free.
function delay()
  due = due - gap * math.log(1 - math.random())
  return math.max(0, math.floor(due - now() + 0.5))
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
