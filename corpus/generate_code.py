#!/usr/bin/env python3
"""generate_code.py - writes the inputs of corpus/code/LANGUAGE*: one small program about orders, said in each language.

Every program has a licence, imports, a long function with guards, a loop, a failure deep inside and a result, a short function that
stays whole, and one function that the others call. Deterministic; what it writes is ours.
"""
import pathlib

ROOT = pathlib.Path(__file__).resolve().parent / "code"
LICENCE = ["Orders: books what customers owe.", "", "Copyright The Orders Authors.",
           "Licensed under the Apache License, Version 2.0; see the file LICENSE.", "There is no warranty of any kind."]
STEPS = ["gross", "discount", "shipping", "insurance", "customs", "handling", "storage", "packing"]


def comment(mark, lines):
    return "\n".join(f"{mark} {line}".rstrip() for line in lines)


def block():
    return "/*\n" + "\n".join(f" * {line}".rstrip() for line in LICENCE) + "\n */"


def repeat(template, indent):
    """One line for each step; ~ is a quote (an f-string takes no backslash)."""
    return "\n".join(indent + template.format(s=s, n=n + 2).replace("~", '"') for n, s in enumerate(STEPS))


def python():
    return f'''#!/usr/bin/env python3
{comment("#", LICENCE)}
"""Books orders."""
import json
import logging
from dataclasses import dataclass

RATE = 19


@dataclass
class Order:
    number: int
    closed: bool = False

    @property
    def is_open(self):
        return not self.closed

    def book(self, lines, currency="EUR"):
        """Books the lines and gives the receipt.

        Lines with a negative net are refused.
        """
        if self.closed:
            raise AlreadyClosed(self.number)
        total = 0
{repeat("{s} = rate_of('{s}', currency) * {n}  # part {n}", "        ")}
        for line in lines:
            net = line["net"] * line["count"]
            if net < 0:
                raise ValueError(f"negative net in order {{self.number}}")
            total += net * (100 + RATE) // 100
            logging.info("line %s of order %s: %s", line["id"], self.number, net)

        with open(f"receipts/{{self.number}}.json", "w", encoding="utf-8") as out:
            json.dump({{"number": self.number, "total": total, "currency": currency}}, out)
            out.write("\\n")
        return total + gross + shipping


def rate_of(name, currency):
    return {{"gross": 3, "shipping": 2}}.get(name, 1) if currency == "EUR" else 1


async def load(path):
    found = []
    with open(path, encoding="utf-8") as source:
        for text in source:
            text = text.strip()
            if not text or text.startswith("#"):
                continue
            number, closed = text.split(",")
            found.append(Order(int(number), closed == "yes"))
            logging.debug("order %s was read from %s", number, path)
    return found
'''


def javascript():
    return f'''{block()}
import fs from 'node:fs';
import {{ rateOf }} from './rates.js';

const RATE = 19;

export const isOpen = (order) => !order.closed;

export async function book(order, lines, currency = 'EUR') {{
  if (order.closed) {{
    throw new Error(`order ${{order.number}} is closed`);
  }}
  let total = 0;
{repeat("const {s} = (await rateOf('{s}', currency)) * {n}; // part {n}", "  ")}
  lines.forEach((line) => {{
    const net = line.net * line.count;
    if (net < 0) {{
      throw new RangeError('negative net');
    }}
    total += Math.floor((net * (100 + RATE)) / 100);
    console.log(`line ${{line.id}} of order ${{order.number}}: ${{net}}`);
  }});
  fs.writeFileSync(`receipts/${{order.number}}.json`, JSON.stringify({{ total, currency }}));
  return total + gross + shipping;
}}

export class Ledger {{
  #orders = new Map();

  add(order) {{
    this.#orders.set(order.number, order);
  }}

  summary = (currency) => {{
    const rows = [];
    for (const [number, order] of this.#orders) {{
      const state = isOpen(order) ? 'open' : 'closed';
      rows.push(`${{number}}: ${{state}} in ${{currency}}`);
      if (rows.length > 100) {{
        rows.push('and more that do not fit on one page of the summary');
        break;
      }}
    }}
    return rows.join('\\n');
  }};
}}
'''


def typescript():
    return f'''{block()}
import type {{ Currency, Line }} from './types';
import {{ rateOf }} from './rates';

export interface Order {{
  readonly number: number;
  closed: boolean;
}}

export type Receipt = {{ total: number; currency: Currency }};

const isOpen = (order: Order): boolean => !order.closed;

export function book<T extends Line>(order: Order, lines: readonly T[], currency: Currency = 'EUR'): Receipt {{
  if (!isOpen(order)) {{
    throw new Error(`order ${{order.number}} is closed`);
  }}
  let total = 0;
{repeat("const {s}: number = rateOf('{s}', currency) * {n}; // part {n}", "  ")}
  for (const line of lines) {{
    const net = line.net * line.count;
    if (net < 0) {{
      throw new RangeError('negative net');
    }}
    total += gross + discount + (net as number);
  }}
  console.log(`order ${{order.number}}: ${{total}} and ${{shipping}}`);
  return {{ total, currency }};
}}

export abstract class Ledger<K> {{
  private readonly orders = new Map<K, Order>();

  protected abstract key(order: Order): K;

  public add(order: Order): void {{
    const key = this.key(order);
    const known = this.orders.get(key);
    if (known !== undefined) {{
      console.warn(`order ${{order.number}} was there already and is replaced by the new one`);
      this.orders.delete(key);
    }}
    this.orders.set(key, order);
    console.log(`${{this.orders.size}} orders are in the ledger now, the newest is ${{order.number}}`);
  }}
}}
'''


def tsx():
    return f'''import React, {{ useEffect, useState }} from 'react';
import {{ rateOf }} from './rates';

interface Props {{
  number: number;
  onClose?: () => void;
}}

export const Badge = ({{ open }}: {{ open: boolean }}) => <span>{{open ? 'open' : 'closed'}}</span>;

export function OrderCard({{ number, onClose }}: Props) {{
  const [total, setTotal] = useState<number>(0);
  useEffect(() => {{
    let gone = false;
    async function load() {{
      const answer = await fetch(`/orders/${{number}}`);
      if (!answer.ok) {{
        throw new Error(`order ${{number}}: ${{answer.status}}`);
      }}
      const body = await answer.json();
      if (!gone) setTotal(body.total + rateOf('shipping', body.currency));
    }}
    load();
    return () => {{
      gone = true;
    }};
  }}, [number]);
  const rows = [
{repeat("{{ name: '{s}', factor: {n}, label: 'The {s} of this order' }},", "    ")}
  ];
  return (
    <section className="order">
      <Badge open={{total > 0}} />
      {{rows.map((row) => (
        <p key={{row.name}}>{{row.label}}</p>
      ))}}
      <button onClick={{onClose}}>Close</button>
    </section>
  );
}}
'''


def go():
    return f'''{comment("//", LICENCE)}

// Package orders books orders.
package orders

import (
\t"errors"
\t"fmt"
\t"os"
)

const rate = 19

// ErrClosed is given for orders that are closed.
var ErrClosed = errors.New("order is closed")

type Order struct {{
\tNumber int
\tClosed bool
}}

func (o *Order) IsOpen() bool {{ return !o.Closed }}

// Book books the lines and gives the total.
func (o *Order) Book(lines []Line, currency string) (int, error) {{
\tif o.Closed {{
\t\treturn 0, ErrClosed
\t}}
\ttotal := 0
{repeat(chr(9) + "{s} := RateOf(~{s}~, currency) * {n} // part {n}", "")}
\tfor _, line := range lines {{
\t\tnet := line.Net * line.Count
\t\tif net < 0 {{
\t\t\tpanic(fmt.Sprintf("negative net in order %d", o.Number))
\t\t}}
\t\ttotal += net*(100+rate)/100 + discount + insurance
\t\tfmt.Printf("line %d of order %d: %d\\n", line.ID, o.Number, net)
\t}}
\tsum := gross + shipping + customs + handling + storage + packing
\tif err := os.WriteFile(fmt.Sprintf("receipts/%d", o.Number), []byte(fmt.Sprint(sum)), 0o600); err != nil {{
\t\treturn 0, fmt.Errorf("order %d: %w", o.Number, err)
\t}}
\treturn total + sum, nil
}}

func RateOf(name string, currency string) int {{
\tswitch name {{
\tcase "gross":
\t\tfmt.Println("the rate of gross is three, whatever the currency is")
\t\treturn 3
\tdefault:
\t\tfmt.Println("the rate of all the others is one in", currency)
\t}}
\treturn 1
}}
'''


def rust():
    return f'''{comment("//", LICENCE)}

//! Books orders.
use std::fs;
use std::io;

const RATE: i64 = 19;

#[derive(Debug)]
pub struct Order {{
    pub number: u32,
    pub closed: bool,
}}

impl Order {{
    pub fn is_open(&self) -> bool {{
        !self.closed
    }}

    /// Books the lines and gives the total.
    pub fn book(&self, lines: &[Line], currency: &str) -> Result<i64, Error> {{
        if self.closed {{
            return Err(Error::Closed(self.number));
        }}
        let mut total = 0;
{repeat("let {s} = rate_of(~{s}~, currency) * {n}; // part {n}", "        ")}
        for line in lines {{
            let net = line.net * line.count;
            assert!(net >= 0, "negative net in order {{}}", self.number);
            total += net * (100 + RATE) / 100 + discount + insurance;
            println!("line {{}} of order {{}}: {{}}", line.id, self.number, net);
        }}
        let sum = gross + shipping + customs + handling + storage + packing;
        fs::write(format!("receipts/{{}}", self.number), sum.to_string())?;
        match currency {{
            "EUR" => {{
                println!("the total of the order stands in euros, as it should");
                println!("nothing has to be converted, so the total is final");
            }}
            other => panic!("no rate for {{other}}"),
        }}
        Ok(total + sum)
    }}
}}

fn rate_of(name: &str, _currency: &str) -> i64 {{
    if name == "gross" {{ 3 }} else {{ 1 }}
}}

mod report {{
    use super::*;

    pub fn lines(orders: &[Order]) -> io::Result<Vec<String>> {{
        let mut out = Vec::new();
        for order in orders {{
            let state = if order.is_open() {{ "open" }} else {{ "closed" }};
            let text = format!("{{}}: {{}}", order.number, state);
            println!("one more line for the report on all orders: {{}}", text);
            out.push(text);
        }}
        Ok(out)
    }}
}}
'''


def java():
    return f'''{block()}
package com.example.orders;

import java.util.List;
import java.util.logging.Logger;

public final class Order {{
  private static final Logger LOG = Logger.getLogger("orders");
  private static final int RATE = 19;
  private final int number;
  private boolean closed;

  public Order(int number) {{
    this.number = number;
  }}

  /** Books the lines and gives the total. */
  @Deprecated
  public long book(List<Line> lines, String currency) throws OrderException {{
    if (closed) {{
      throw new OrderException("order " + number + " is closed");
    }}
    long total = 0;
{repeat("long {s} = rateOf(~{s}~, currency) * {n}; // part {n}", "    ")}
    for (Line line : lines) {{
      long net = line.net() * line.count();
      if (net < 0) {{
        throw new IllegalArgumentException("negative net in order " + number);
      }}
      total += net * (100 + RATE) / 100 + discount + insurance;
      LOG.info("line " + line.id() + " of order " + number + ": " + net);
    }}
    lines.forEach(line -> {{
      LOG.fine("first word on line " + line.id() + " of the order that was booked");
      LOG.fine("second word on line " + line.id() + " of the order that was booked");
      LOG.fine("third word on line " + line.id() + " of the order that was booked");
    }});
    switch (currency) {{
      case "EUR":
        LOG.fine("nothing has to be converted, so that the total is final");
        break;
      default:
        throw new OrderException("no rate for " + currency);
    }}
    return total + gross + shipping + customs + handling + storage + packing;
  }}

  static long rateOf(String name, String currency) {{
    return name.equals("gross") ? 3 : 1;
  }}
}}
'''


def c():
    return f'''{block()}
#include <stdio.h>
#include <stdlib.h>

#include "orders.h"

#define RATE 19

static long rate_of(const char *name, const char *currency) {{
  return name[0] == 'g' && currency[0] == 'E' ? 3 : 1;
}}

/* Books the lines and gives the total, or -1. */
long order_book(const struct order *order, const struct line *lines, size_t count, const char *currency) {{
  if (order->closed)
    return -1;
  long total = 0;
{repeat("long {s} = rate_of(~{s}~, currency) * {n}; /* part {n} */", "  ")}
  for (size_t i = 0; i < count; ++i) {{
    long net = lines[i].net * lines[i].count;
    if (net < 0) {{
      fprintf(stderr, "negative net in order %d\\n", order->number);
      abort();
    }}
    total += net * (100 + RATE) / 100 + discount + insurance;
    printf("line %d of order %d: %ld\\n", lines[i].id, order->number, net);
  }}
#ifdef ORDERS_RECEIPTS
  FILE *out = fopen("receipts", "a");
  fprintf(out, "%d %ld %s and what else there is to say\\n", order->number, total, currency);
  fclose(out);
#endif
  return total + gross + shipping + customs + handling + storage + packing;
}}

int main(void) {{
  return 0;
}}
'''


def cpp():
    return f'''{block()}
#include <stdexcept>
#include <string>
#include <vector>

namespace orders {{

template <class Line>
class Order {{
 public:
  explicit Order(int number) : number_(number) {{}}
  bool is_open() const {{ return !closed_; }}

  // Books the lines and gives the total.
  long book(const std::vector<Line>& lines, const std::string& currency) {{
    if (closed_) {{
      throw std::logic_error("order is closed");
    }}
    long total = 0;
{repeat("const long {s} = rate_of(~{s}~, currency) * {n};  // part {n}", "    ")}
    for (const Line& line : lines) {{
      const long net = line.net * line.count;
      if (net < 0) throw std::invalid_argument("negative net");
      total += net * (100 + kRate) / 100 + discount + insurance;
      log("line " + std::to_string(line.id) + " of order " + std::to_string(number_));
    }}
    const auto say = [&](const char* what) {{
      log(std::string(what) + " of order " + std::to_string(number_));
    }};
    say("all lines are booked, and the total is what the customer has to pay");
    say("the receipt is written elsewhere, this function knows nothing about files");
    return total + gross + shipping + customs + handling + storage + packing;
  }}

 private:
  static constexpr long kRate = 19;
  int number_;
  bool closed_ = false;
}};

}}  // namespace orders
'''


def c_sharp():
    return f'''{comment("//", LICENCE)}
using System;
using System.Collections.Generic;

namespace Orders
{{
    public sealed class Order
    {{
        private const long Rate = 19;
        public int Number {{ get; }}
        public bool Closed {{ get; private set; }}

        public Order(int number) => Number = number;

        public string Title
        {{
            get
            {{
                var title = "order " + Number;
                Console.WriteLine("the title of the order was asked for");
                Console.WriteLine("the title depends on whether the order is closed");
                if (Closed)
                {{
                    title += " (closed)";
                    Console.WriteLine("a closed order says so in its title");
                }}
                return title;
            }}
        }}

        /// <summary>Books the lines and gives the total.</summary>
        public long Book(IReadOnlyList<Line> lines, string currency)
        {{
            if (Closed)
            {{
                throw new InvalidOperationException($"order {{Number}} is closed");
            }}
            long total = 0;
{repeat("var {s} = RateOf(~{s}~, currency) * {n}; // part {n}", "            ")}
            foreach (var line in lines)
            {{
                var net = line.Net * line.Count;
                if (net < 0)
                {{
                    throw new ArgumentException("negative net");
                }}
                total += net * (100 + Rate) / 100 + discount + insurance;
                Console.WriteLine($"line {{line.Id}} of order {{Number}}: {{net}}");
            }}
            return total + gross + shipping + customs + handling + storage + packing;
        }}

        private static long RateOf(string name, string currency) => name == "gross" ? 3 : 1;
    }}
}}
'''


def php():
    return f'''<?php
{block()}

namespace Orders;

use InvalidArgumentException;
use RuntimeException;

final class Order
{{
    private const RATE = 19;

    public function __construct(private int $number, private bool $closed = false)
    {{
    }}

    /** Books the lines and gives the total. */
    public function book(array $lines, string $currency): int
    {{
        if ($this->closed) {{
            throw new RuntimeException("order {{$this->number}} is closed");
        }}
        $total = 0;
{repeat("${s} = rate_of('{s}', $currency) * {n}; // part {n}", "        ")}
        foreach ($lines as $line) {{
            $net = $line['net'] * $line['count'];
            if ($net < 0) {{
                throw new InvalidArgumentException('negative net');
            }}
            $total += intdiv($net * (100 + self::RATE), 100) + $discount + $insurance;
            error_log("line {{$line['id']}} of order {{$this->number}}: $net");
        }}
        $text = <<<TEXT
        Order {{$this->number}} was booked in $currency,
        and this is the receipt that the customer gets.
        TEXT;
        file_put_contents("receipts/{{$this->number}}", $text);
        return $total + $gross + $shipping + $customs + $handling + $storage + $packing;
    }}
}}

function rate_of(string $name, string $currency): int
{{
    return $name === 'gross' ? 3 : 1;
}}
'''


def ruby():
    return f'''# frozen_string_literal: true
{comment("#", LICENCE)}

require 'json'
require_relative 'rates'

module Orders
  RATE = 19

  class Order
    attr_reader :number

    def initialize(number)
      @number = number
    end

    # Books the lines and gives the total.
    def book(lines, currency: 'EUR')
      raise ClosedError, "order #{{number}} is closed" if @closed

      total = 0
{repeat("{s} = rate_of('{s}', currency) * {n} # part {n}", "      ")}
      lines.each do |line|
        net = line[:net] * line[:count]
        raise ArgumentError, 'negative net' if net.negative?

        total += net * (100 + RATE) / 100 + discount + insurance
        puts "line #{{line[:id]}} of order #{{number}}: #{{net}}"
      end
      text = <<~TEXT
        Order #{{number}} was booked in #{{currency}},
        and this is the receipt that the customer gets.
      TEXT
      File.write("receipts/#{{number}}", text)
      total + gross + shipping + customs + handling + storage + packing
    rescue Errno::ENOENT => e
      warn "no folder for receipts: #{{e.message}}"
      warn 'the order is booked all the same, but nothing was written down'
      raise
    end

    def rate_of(name, _currency)
      name == 'gross' ? 3 : 1
    end
  end
end
'''


def perl():
    return f'''#!/usr/bin/perl
{comment("#", LICENCE)}
package Orders;

use strict;
use warnings;

our $RATE = 19;

sub is_open {{ return !$_[0]->{{closed}} }}

# Books the lines and gives the total.
sub book {{
    my ($self, $lines, $currency) = @_;
    die "order $self->{{number}} is closed\\n" if $self->{{closed}};
    my $total = 0;
{repeat("my ${s} = rate_of('{s}', $currency) * {n};    # part {n}", "    ")}
    for my $line (@$lines) {{
        my $net = $line->{{net}} * $line->{{count}};
        if ($net < 0) {{
            die "negative net in order $self->{{number}}\\n";
        }}
        $total += int($net * (100 + $RATE) / 100) + $discount + $insurance;
        print "line $line->{{id}} of order $self->{{number}}: $net\\n";
    }}
    open my $out, '>>', 'receipts' or return;
    print $out "Order $self->{{number}} was booked in $currency, and this is the receipt.\\n";
    print $out "There is nothing more to say about it, but a second line fills the file.\\n";
    close $out;
    return $total + $gross + $shipping + $customs + $handling + $storage + $packing;
}}

sub rate_of {{
    my ($name, $currency) = @_;
    return $name eq 'gross' ? 3 : 1;
}}

1;
'''


def bash():
    return f'''#!/usr/bin/env bash
{comment("#", LICENCE)}
set -euo pipefail

readonly RATE=19

is_open() {{ [ "$1" != closed ]; }}

# Books the lines and prints the total.
book() {{
  local order=$1 currency=$2 total=0 net
  if ! is_open "$order"; then
    echo "order $order is closed" >&2
    return 1
  fi
{repeat("local {s}=$(($(rate_of {s} ~$currency~) * {n})) # part {n}", "  ")}
  while read -r id price count; do
    net=$((price * count))
    if [ "$net" -lt 0 ]; then
      echo "negative net in order $order" >&2
      exit 3
    fi
    total=$((total + net * (100 + RATE) / 100 + discount + insurance))
    echo "line $id of order $order: $net"
  done
  cat >>receipts <<TEXT
Order $order was booked in $currency,
and this is the receipt that the customer gets.
TEXT
  echo "$((total + gross + shipping + customs + handling + storage + packing))"
}}

rate_of() {{
  case $1 in
    gross) echo 3 ;;
    *) echo 1 ;;
  esac
}}

book "$@"
'''


PROGRAMS = {"python": python, "javascript": javascript, "typescript": typescript, "tsx": tsx, "go": go, "rust": rust, "java": java,
            "c": c, "cpp": cpp, "c_sharp": c_sharp, "php": php, "ruby": ruby, "perl": perl, "bash": bash}
SUFFIX = {"python": "py", "javascript": "js", "typescript": "ts", "go": "go", "rust": "rs", "java": "java", "cpp": "cc", "c_sharp": "cs",
          "ruby": "rb", "perl": "pl", "bash": "sh"}
MADE = "Made by corpus/generate_code.py; Apache-2.0 like the rest."


def case(name, text, origin, options=""):
    folder = ROOT / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "input").write_bytes(text if isinstance(text, bytes) else text.encode())
    (folder / "ORIGIN").write_text(f"{origin}\n{MADE}\n")
    if options:
        (folder / "options").write_text(options + "\n")


def call(path):
    return f"--tool Bash --arguments '{{\"command\":\"cat src/{path}\"}}'"


def main():
    for name, program in PROGRAMS.items():
        case(name, program(), f"A file of {name}, its path known from the call.", call(f"orders.{SUFFIX.get(name, name)}"))
    case("python_crlf", python().replace("\n", "\r\n"), "Windows line ends.", call("orders.py"))
    case("python_unnamed", python().split("\n", 1)[1], "Nothing but its text says what it is.")
    case("python_asked_for", python(), "The query names a function: it stays whole.", call("orders.py") + " --query 'why does load skip lines?'")
    case("python_small_budget", python(), "A budget that only some bodies fit.", call("orders.py") + " --token-budget 420")
    numbered = "".join(f"{n:6d}\t{line}\n" for n, line in enumerate(go().split("\n")[:-1], 1))
    case("go_cat_n", numbered, "`cat -n`: line numbers in front.", "--tool Bash --arguments '{\"command\":\"cat -n src/orders.go\"}'")
    part = "".join(f"{n:6d}→{line}\n" for n, line in enumerate(java().split("\n")[10:-1], 211))
    case("java_read_part", part + "\n<system-reminder>\nNothing to add.\n</system-reminder>\n", "A part of a file as agents' tools read it: an arrow "
         "behind each number, a reminder behind the text.", "--tool fs_open --arguments '{\"path\":\"src/Order.java\"}'")
    case("java_read_exact", part, "The same by a tool whose text is quoted back in edits: lossless only.",
         "--tool Read --arguments '{\"file_path\":\"src/Order.java\"}'")
    case("rust_fenced", f"The file, as it stands now:\n\n```rust\n{rust()}```\n\nIt is the version of Monday.\n", "A fence with a label in prose.")
    broken = python().replace('            raise AlreadyClosed(self.number)', '            raise AlreadyClosed(self.number')
    case("broken_file", broken, "Adversarial: a file that does not parse in one function.", call("orders.py"))
    forged = javascript().replace("  let total = 0;", "  // [lines 15-90: 76 lines; 3 returns]\n  let total = 0;")
    case("forged_stub", forged, "Adversarial: a comment that reads as one of ours.", call("orders.js"))
    nested = "const outer = () => {\n" + "".join(
        f"  const inner{n} = (a, b) => {{\n    const deep = (c) => {{\n      let sum = c + {n};\n      sum += a * {n + 1}; sum -= b;\n"
        f"      for (const x of [1, 2, 3]) {{ sum += x; }}\n      console.log(`inner {n} says ${{`${{sum}}`}}`);\n      console.log('once more');\n"
        f"      if (sum > {n}) throw new Error(`too much: ${{sum}}`); // never here\n      return sum; }};\n    return deep(a) + deep(b); }};\n"
        for n in range(8)) + "  return [" + ", ".join(f"inner{n}" for n in range(8)) + "];\n};\n"
    case("nested_arrows", nested, "Adversarial: functions in functions, statements that share lines, templates in templates.", call("nested.js"))
    listing = "total 96\n" + "".join(f"-rw-r--r-- 1 app app {n * 137} Mar  1 09:{n:02d} module_{n}.py\n" for n in range(40))
    case("not_code_ls", listing, "Not recognised: a listing of source files.", "--tool Bash --arguments '{\"command\":\"ls -la src\"}'")
    tests = "".join(f"tests/test_orders.py::test_case_{n} PASSED [{n * 2:3d}%]\n" for n in range(50))
    case("not_code_pytest", "============ test session starts ============\n" + tests, "Not recognised: test results name a source file.",
         "--tool Bash --arguments '{\"command\":\"pytest -v tests/test_orders.py\"}'")
    env = "".join(f"SERVICE_{n}_URL=https://service-{n}.example/api\nSERVICE_{n}_TIMEOUT={n * 10}\n" for n in range(30))
    case("not_code_env", env, "Not recognised: settings.", call(".env"))
    prose = "".join(f"Paragraph {n} says that the order of things is what it is; if it were not, for all we know, nothing would return to "
                    f"where it came from. While we import meaning from elsewhere, the class of readers stays small.\n\n" for n in range(20))
    case("not_code_prose", prose, "Not recognised: prose with words of programming languages.")


if __name__ == "__main__":
    main()
