-- What the honest rival keeps: a shop's tables as one writes them for years, each fact in its own row.
create schema handwritten;
set search_path = handwritten;

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
) with (fillfactor = 20); -- room for new versions of a row on its own page

create table orders (
  id uuid primary key, -- ordered by time
  shop_id text not null,
  customer_id text not null,
  customer_name text not null,
  customer_email text,
  channel text not null,
  delivery_method text not null,
  delivery_address text,
  placed_by text not null,
  placed_at timestamptz not null,
  status text not null,
  currency text not null,
  net bigint not null,
  tax bigint not null,
  gross bigint not null
);
create index on orders (customer_id, placed_at);
create index on orders (shop_id, placed_at);

-- What a line cost when it was ordered. No foreign keys: each would be one look-up more for every row.
create table order_lines (
  order_id uuid not null,
  number integer not null,
  sku text not null,
  name text not null,
  quantity integer not null check (quantity > 0),
  unit_price bigint not null,
  tax_rate integer not null,
  net bigint not null,
  tax bigint not null,
  gross bigint not null,
  primary key (order_id, number)
);

create table journal_entries (
  id uuid primary key, -- ordered by time
  order_id uuid not null,
  occasion text not null,
  currency text not null,
  posted_at timestamptz not null,
  unique (order_id, occasion)
);

create table journal_lines (
  entry_id uuid not null,
  number integer not null,
  account text not null,
  debit bigint not null default 0 check (debit >= 0),
  credit bigint not null default 0 check (credit >= 0),
  primary key (entry_id, number)
);

create table idempotency_keys (
  subject text not null,
  key text not null,
  fingerprint bytea not null,
  response text not null, -- the answer as it was given
  created_at timestamptz not null,
  primary key (subject, key)
);
