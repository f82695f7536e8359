package io.resketch.core.operator;

import io.resketch.core.spec.Family;

class BlockSparseFamilyTest extends FamilyContract {
  @Override
  Family family() {
    return new Family.BlockSparse(16);
  }
}
