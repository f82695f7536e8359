package io.resketch.core.operator;

import io.resketch.core.spec.Family;

class DenseFamilyTest extends FamilyContract {
  DenseFamilyTest() {
    super(new Family.Dense(), 512);
  }
}
