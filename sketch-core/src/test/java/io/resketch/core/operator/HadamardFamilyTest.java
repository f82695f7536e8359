package io.resketch.core.operator;

import io.resketch.core.spec.Family;

class HadamardFamilyTest extends FamilyContract {
  @Override
  Family family() {
    return new Family.Hadamard();
  }
}
