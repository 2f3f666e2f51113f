#!/usr/bin/env perl
# Writes src/compressors/prose/sentence_class.inc, the Sentence_Break property of every code point (UAX #29), and
# src/compressors/prose/sentence_vectors.inc, strings with the places where Perl's own \b{sb} breaks them: the test of our rules.
# Both come from the Unicode data that Perl ships.
#
# usage: sentence_breaks.pl [--check] FOLDER     (--check: write nothing, fail if a file differs)
use strict;
use warnings;
use utf8;
use Unicode::UCD qw(prop_invmap);

my $check = @ARGV && $ARGV[0] eq '--check' ? shift : '';
my $folder = shift or die "usage: sentence_breaks.pl [--check] FOLDER\n";
my $version = Unicode::UCD::UnicodeVersion();

my %class = (
  Other => 'other', CR => 'cr', LF => 'lf', Sep => 'sep', Sp => 'sp', Lower => 'lower', Upper => 'upper',
  OLetter => 'other_letter', Numeric => 'numeric', ATerm => 'aterm', STerm => 'sterm', Close => 'close',
  SContinue => 'continues', Extend => 'extend', Format => 'extend',
);

my ($first, $value) = prop_invmap('Sentence_Break');
my (@rows, $last);
for my $i (0 .. $#$first) {
  my $name = $class{$value->[$i]} or die "no class for $value->[$i]";
  next if defined $last && $last eq $name;
  push @rows, sprintf '{0x%05X, %s},', $first->[$i], $name;
  $last = $name;
}
my $classes = "// Made by tools/sentence_breaks.pl from Unicode $version; checked against it by --check. Format is as Extend: one rule\n"
  . "// treats both. {first code point of a range, class of the range}, up to the next row's first.\n";
while (@rows) { $classes .= join(' ', splice @rows, 0, 4) . "\n"; }

# A small generator with a seed of its own: the same strings everywhere.
my $state = 20260301;
sub dice { my $n = shift; $state = ($state * 1103515245 + 12345) % 2147483648; return int($state / 65536) % $n; }
my @pieces = ('a', 'b', 'A', 'Z', '7', '.', '.', '!', '?', ' ', ' ', "\n", "\r", ')', '"', ',', ':', '-', "\x{85}", "\x{300}", "\x{200B}",
  "\x{2029}", "\x{A0}", "\x{3002}", "\x{FF01}", "\x{4E2D}", "\x{3042}", "\x{5D0}", "\x{201D}", "\x{2024}", "\x{FF0E}", "\x{3001}", "\x{661}",
  "\x{10400}", "\x{10428}", "\x{1F600}", 'etc.', 'U.S.', ' The ', ' the ');
my $vectors = "// Made by tools/sentence_breaks.pl with Perl's own \\b{sb}, Unicode $version: {text in UTF-8, its sentences' sizes in bytes}.\n";
for (1 .. 600) {
  my $text = join '', map { $pieces[dice(scalar @pieces)] } 1 .. 2 + dice(14);
  my @sizes;
  for my $sentence (split /\b{sb}/, $text) {
    my $bytes = $sentence;
    utf8::encode($bytes);
    push @sizes, length $bytes;
  }
  my $bytes = $text;
  utf8::encode($bytes);
  my $spelled = join '', map { sprintf '\\%03o', ord } split //, $bytes;
  $vectors .= "{\"$spelled\", {" . join(', ', @sizes) . "}},\n";
}

my $failed = 0;
for (['sentence_class.inc', $classes], ['sentence_vectors.inc', $vectors]) {
  my ($name, $text) = @$_;
  my $path = "$folder/$name";
  if ($check) {
    open my $in, '<', $path or die "$path: $!\n";
    local $/;
    if (<$in> ne $text) { print "$path differs from what Perl says\n"; $failed = 1; }
  } else {
    open my $out, '>', $path or die "$path: $!\n";
    print $out $text;
  }
}
exit $failed;
