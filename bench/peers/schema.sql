-- What the tuned rivals and Celery keep. `fillfactor` leaves room for new versions of a row on its own page.
create table products (
  shop_id text not null,
  sku text not null,
  name text not null,
  unit_price bigint not null, -- minor units, tax included
  tax_rate integer not null, -- basis points
  primary key (shop_id, sku)
);

create table stock (
  shop_id text not null,
  sku text not null,
  free bigint not null check (free >= 0),
  reserved bigint not null default 0,
  primary key (shop_id, sku)
) with (fillfactor = 20);

-- The answer to a repeated key is made from the row itself: no second table.
create table orders (
  id uuid primary key, -- ordered by time
  subject text not null,
  key text not null,
  fingerprint bytea not null,
  shop_id text not null,
  customer_id text not null,
  channel text not null,
  placed_at timestamptz not null,
  status text not null,
  currency text not null,
  net bigint not null,
  tax bigint not null,
  gross bigint not null,
  lines jsonb not null,
  party jsonb not null, -- customer and delivery
  unique (subject, key)
);
create index on orders (customer_id, placed_at);
create index on orders (shop_id, placed_at);
create index on orders (placed_at) where status = 'NEW';

-- One row is a whole entry: what it takes from one account it gives to the other, so it cannot be out of balance.
create table journal (
  id bigint generated always as identity primary key,
  order_id uuid not null,
  posted_at timestamptz not null,
  currency text not null,
  debit text not null,
  credit text not null,
  amount bigint not null check (amount > 0)
);

-- Reserves all lines or raises. Whoever calls sends skus in order, so that two orders never wait for each other.
create function reserve(p_shop_id text, p_skus text[], p_quantities integer[]) returns void language plpgsql as $$
begin
  for n in 1 .. cardinality(p_skus) loop
    update stock set free = free - p_quantities[n], reserved = reserved + p_quantities[n]
      where shop_id = p_shop_id and sku = p_skus[n] and free >= p_quantities[n];
    if not found then
      raise exception 'short' using errcode = 'FD001';
    end if;
  end loop;
end $$;

-- The whole story in one round trip. The shelves come last: their rows are locked until the commit is on disk.
create function place_order(
  p_id uuid, p_subject text, p_key text, p_fingerprint bytea, p_shop_id text, p_customer_id text, p_channel text,
  p_placed_at timestamptz, p_currency text, p_net bigint, p_tax bigint, p_gross bigint, p_lines jsonb, p_party jsonb,
  p_skus text[], p_quantities integer[]
) returns void language plpgsql as $$
begin
  insert into orders values (
    p_id, p_subject, p_key, p_fingerprint, p_shop_id, p_customer_id, p_channel, p_placed_at, 'PROCESSED', p_currency,
    p_net, p_tax, p_gross, p_lines, p_party);
  insert into journal (order_id, posted_at, currency, debit, credit, amount)
    values (p_id, p_placed_at, p_currency, 'cash-clearing', 'deposits', p_gross);
  perform reserve(p_shop_id, p_skus, p_quantities);
end $$;
