#!/bin/sh
# A tour of sagactl over one definition: check it, ask for a style, draw it, and break it on purpose.
# Usage: sh docs/demo.sh [FOLDER OF sagactl] [FOLDER FOR PICTURES]
set -eu

bin=${1:-}
pictures=${2:-build/demo}
saga=definitions/order-fulfillment.saga.yaml

cd "$(dirname "$0")/.."
case $bin in
  "") ;;
  /*) PATH=$bin:$PATH ;;
  *) PATH=$PWD/$bin:$PATH ;;
esac
export PATH
mkdir -p "$pictures"

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
  bold=$(printf '\033[1m') dim=$(printf '\033[2m') off=$(printf '\033[0m')
else
  bold='' dim='' off=''
fi

title() {
  printf '\n%s%s%s\n' "$bold" "$1" "$off"
}

say() {
  printf '%s\n' "$@"
}

call() {
  printf '\n'
  quietly "$@"
}

quietly() {
  printf '%s$ %s%s\n' "$dim" "$*" "$off"
  "$@"
}

title "1. Is the definition sound?"
say "$saga: reserve the goods, take the money, ship the parcel, tell the customer."
call sagactl lint "$saga"

title "2. Who should lead: a coordinator, or events?"
call sagactl recommend "$saga"

title "3. What does it look like?"
say "Each step with what undoes it, and the pivot behind which there is no way back."
call sagactl graph "$saga"
printf '\n'
quietly sagactl graph "$saga" -o "$pictures/order-fulfillment.svg"
quietly sagactl graph "$saga" --fail charge-payment -o "$pictures/order-fulfillment-rollback.svg"
quietly sagactl graph "$saga" -o "$pictures/order-fulfillment.png"
say "The pictures are in $pictures/"

title "4. The card is rejected: is the order rolled back?"
say "By then the goods are reserved. A rejection is a definite no, so nothing was charged and only the" \
  "reservation has to be released. The machine does so, and the run ends FAILED: compensated."
call sagactl simulate "$saga" --fail charge-payment --expect compensated

title "Where to go from here"
say "docs/tutorial.md  from an empty file to a sound saga, in ten minutes" \
  "definitions/      more sagas to lint, draw and break" \
  "make test         everything that is promised here, checked"
