package io.resketch.core.operator;

import io.resketch.core.spec.Family;

class DenseFamilyTest extends FamilyContract {
  @Override
  Family family() {
    return new Family.Dense();
  }
}
