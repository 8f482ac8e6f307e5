# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Without arguments: every suite in the release build, then unit, element,
# pipeline and cloud under ASan+UBSan, then unit under memcheck. With `slow`: the
# long forms in the release build, libFuzzer, and the threads under TSan. Each
# sanitized build has a directory of its own: `meson test --setup` cannot
# switch sanitizers.

: "${root:?}" "${build:?}"

# shellcheck source=infra/run/fuzz.sh
source "$root/infra/run/fuzz.sh"
# shellcheck source=infra/run/tools.sh
source "$root/infra/run/tools.sh"
# shellcheck source=infra/run/tsan.sh
source "$root/infra/run/tsan.sh"

all_suites=(unit element pipeline cloud infra)

count_results ()
{
  python3 "$root/infra/run/results.py" "$@"
}

# A target that does not build takes its tests with it: each is a failure.
count_broken_build ()
{
  local broken
  broken=$(grep -c '^FAILED: ' "$(log_file "build-$1")" 2>/dev/null) || true
  printf '0 %d 0\n' $((broken > 0 ? broken : 1)) >>"$tally"
}

# count_skip TITLE MISSING: what could not be run for want of something.
count_skip ()
{
  printf '\n== %s\n  skipped: %s\n%s: 0 passed, 0 failed, 1 skipped\n' \
    "$1" "$2" "$1"
  printf '0 0 1\n' >>"$tally"
}

# try_again DIR NAME LOG: the tests in which only the leak checker crashed, into
# a log again-NAME.
try_again ()
{
  local names
  mapfile -t names < <(count_results unchecked "$3")
  [ ${#names[@]} -gt 0 ] || return 0
  printf '  LeakSanitizer itself crashed, once more: %s\n' "${names[@]}"
  meson test -C "$1" --no-rebuild --logbase "again-$2" -t 6 "${names[@]}" \
    >"$(log_file "again-$2")" 2>&1 </dev/null || true
}

# run_tests TITLE DIR OPTION...: meson adds to the name of a log what wraps the
# tests, hence the pattern.
run_tests ()
{
  local title=$1 dir=$2 name=${1//[^a-zA-Z]/-} log
  shift 2
  rm -f "$dir/meson-logs/$name"*.json "$dir/meson-logs/again-$name.json"
  printf '\n== %s\n' "$title"
  meson test -C "$dir" --no-rebuild --logbase "$name" "$@" \
    >"$(log_file "test-$name")" 2>&1 </dev/null || true
  if ! compgen -G "$dir/meson-logs/$name*.json" >/dev/null; then
    tail -n 20 "$(log_file "test-$name")"
  fi
  log=$(echo "$dir/meson-logs/$name"*.json)
  try_again "$dir" "$name" "$log"
  count_results count "$title" "$log" "$tally" \
    "$dir/meson-logs/again-$name.json"
}

run_release ()
{
  local suite
  build_release || { count_broken_build release; return; }
  scan_plugins "$build"
  for suite in "$@"; do
    run_tests "$suite" "$build" --suite "$suite"
  done
}

# Fills the tests' registry. What other plugins leak when they are first looked
# at must not count against the test that happens to come first.
scan_plugins ()
{
  mkdir -p "$1/tests/home"
  HOME=$1/tests/home GST_REGISTRY_1_0=$1/tests/registry.bin \
    GST_PLUGIN_PATH_1_0=$1/plugins GST_REGISTRY_FORK=no \
    gst-inspect-1.0 --version >/dev/null 2>&1 || true
}

# A sanitized plugin is loaded into programs that are not: for those, the
# tests put ANC_TEST_PRELOAD into LD_PRELOAD.
run_sanitized ()
{
  local dir=$root/build-asan suite preload
  build_tree "$dir" asan -Dtests=enabled -Dbuildtype=debugoptimized \
    -Db_ndebug=false -Db_sanitize=address,undefined -Db_lundef=false \
    "$(werror)" || { count_broken_build asan; return; }
  preload=$(gcc -print-file-name=libasan.so):$(gcc -print-file-name=libubsan.so)
  ASAN_OPTIONS=detect_leaks=0 LD_PRELOAD=$preload scan_plugins "$dir"
  for suite in unit element pipeline cloud; do
    ASAN_OPTIONS=fast_unwind_on_malloc=0:detect_leaks=1 \
      LSAN_OPTIONS=suppressions=$root/infra/run/lsan.supp:print_suppressions=0 \
      UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
      ANC_TEST_PRELOAD=$preload \
      run_tests "$suite, ASan and UBSan" "$dir" --suite "$suite" -t 6
  done
}

# compiled_unit_tests DIR: without those in Python, which is not under test.
compiled_unit_tests ()
{
  meson introspect --tests "$1" | python3 -c '
import json, sys
for test in json.load(sys.stdin):
    compiled = test["cmd"][0].startswith(sys.argv[1] + "/")
    suites = [suite.rpartition(":")[2] for suite in test["suite"]]
    if compiled and "unit" in suites:
        print(test["name"])' "$1"
}

# valgrind computes each FMA in software, a thousand times slower than the
# processor: in this build no processor has AVX2, so the SSE kernels are tried.
run_memcheck ()
{
  local dir=$root/build-memcheck names
  build_tree "$dir" memcheck -Dbuildtype=debugoptimized -Dtool=disabled \
    "-Dc_args=-D__builtin_cpu_supports(name)=0" "$(werror)" ||
    { count_broken_build memcheck; return; }
  mapfile -t names < <(compiled_unit_tests "$dir")
  [ ${#names[@]} -gt 0 ] || return 0
  ANC_TEST_SHORT=1 run_tests "unit, memcheck" "$dir" -t 30 --wrapper \
    "valgrind -q --leak-check=full --errors-for-leak-kinds=definite,indirect \
--error-exitcode=99 --suppressions=$root/infra/run/memcheck.supp" "${names[@]}"
}

# What only these need; without it some of them can still be run.
run_slow ()
{
  (need_packages slow) || true
  run_fuzz
  run_tsan
}

check_suites ()
{
  local suite
  for suite in "$@"; do
    case " ${all_suites[*]} slow " in
      *" $suite "*) ;;
      *) die "there is no suite \"$suite\"; the suites: ${all_suites[*]} slow" ;;
    esac
  done
}

main ()
{
  check_suites "$@"
  need_packages build run demo test
  take_lock
  need_tools
  tally=$(log_file tally)
  : >"$tally"
  if [ $# -gt 0 ]; then
    run_release "$@"
    case " $* " in *" slow "*) run_slow ;; esac
  else
    run_release "${all_suites[@]}"
    run_sanitized
    run_memcheck
  fi
  printf '\n%d minutes\n' $((SECONDS / 60))
  count_results sum "$tally"
}
